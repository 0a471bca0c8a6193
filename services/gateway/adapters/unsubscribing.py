"""The links below our mails, and the pages behind them."""

import re
from typing import Final

from chassis.mail import MailTokens
from chassis.mail_settings import MailTokenSettings
from playbook import NoticeLines, Playbook
from services.gateway.adapters.templating import template_environment
from services.gateway.domain import UnsubscribeLink

_NUMBER: Final = re.compile(r"[0-9a-f]{16}")
# `de-AT;q=0.9`: the languages a browser asks for, the best first in practice.
_TAG: Final = re.compile(r"\s*([a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*)\s*(?:;|$)")
_MOST_TAGS: Final = 10


class SignedUnsubscribeLinks:
    """Implements the port UnsubscribeLinks, by the tokens that mails carry."""

    def __init__(self, tokens: MailTokens) -> None:
        self._tokens = tokens

    def read(self, token: str) -> UnsubscribeLink | None:
        signed, _, number = token.partition(".")
        conversation_id = self._tokens.read(signed.lower())
        if conversation_id is None or not _NUMBER.fullmatch(number):
            return None
        return UnsubscribeLink(conversation_id, number)


def make_unsubscribe_links(settings: MailTokenSettings) -> SignedUnsubscribeLinks:
    """The links, by the secrets that mails are signed with."""
    return SignedUnsubscribeLinks(MailTokens(settings.mail_secrets()))


class JinjaUnsubscribePages:
    """Implements the port UnsubscribePages, in the language that a browser asks for."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        self._notice = template_environment().get_template("unsubscribe.html")

    def asks(self, languages: str) -> str:
        playbook = self._spoken(languages)
        return self._say(playbook, playbook.mail.asks, asks=True)

    def done(self, languages: str) -> str:
        playbook = self._spoken(languages)
        return self._say(playbook, playbook.mail.done)

    def invalid(self, languages: str) -> str:
        playbook = self._spoken(languages)
        return self._say(playbook, playbook.mail.invalid)

    def _spoken(self, languages: str) -> Playbook:
        known = {self._playbook.language.code, *self._playbook.languages}
        for wanted in languages.split(",")[:_MOST_TAGS]:
            found = _TAG.match(wanted)
            if found and found[1].partition("-")[0].lower() in known:
                return self._playbook.spoken_in(found[1])
        return self._playbook

    def _say(self, playbook: Playbook, notice: NoticeLines, *, asks: bool = False) -> str:
        return self._notice.render(
            notice=notice,
            lines=playbook.proposal_page,
            button=playbook.mail.unsubscribe if asks else None,
            company=playbook.company.name,
            website=playbook.company.website,
            root="../",
        )
