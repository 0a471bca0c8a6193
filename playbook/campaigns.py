"""The mails of campaigns: their words, and how what is known of a recipient is filled into them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, Literal, Self, get_args

from pydantic import model_validator

from playbook.claims import visible
from playbook.section import Alternatives, NonEmpty, Section, placeholders, refuse_unknown_placeholders

if TYPE_CHECKING:
    from playbook.whole import Playbook

MailTemplate = Literal["first_touch", "follow_up", "after_demo"]
MAIL_TEMPLATES: Final[tuple[MailTemplate, ...]] = get_args(MailTemplate)

_OF_THE_RECIPIENT: Final = frozenset({"first_name", "business", "demo_day"})
_OURS: Final = frozenset({"company", "bot_name"})
_LONGEST_NAME: Final = 40
_LONGEST_BUSINESS: Final = 80
_MOST_NAMES: Final = 4
# What lists hold where they hold nothing.
_NOTHING: Final = frozenset(
    {"n/a", "null", "none", "nan", "nil", "unknown", "undefined", "#n/a", "#ref!", "#name?"}
)
# Markup, template syntax, addresses and links, or how a cell begins that a spreadsheet runs.
_UNFIT: Final = re.compile(r"[<>{}\[\]|\\^`@%$*]|://|\bwww\.|^[=+\-]")
_NO_NAME: Final = re.compile(r"\d")


class CampaignMail(Section):
    """The words of one mail. Of alternatives the first is said whose fields are all known.

    `{first_name}` and `{business}` are the recipient's and `{demo_day}` is when the demo was; the last of
    alternatives needs none of them. `{company}` and `{bot_name}` are ours. `options` are tasks that stand
    numbered between `paragraphs` and `closing`. Without a `subject` it follows in the thread of another one.
    """

    subject: Alternatives | None = None
    paragraphs: tuple[Alternatives, ...]
    options: tuple[NonEmpty, ...] = ()
    closing: tuple[Alternatives, ...] = ()

    @model_validator(mode="after")
    def _can_always_be_said(self) -> Self:
        for alternatives in (*([self.subject] if self.subject else []), *self.paragraphs, *self.closing):
            for text in alternatives:
                refuse_unknown_placeholders(text, _OF_THE_RECIPIENT | _OURS)
            if placeholders(alternatives[-1]) & _OF_THE_RECIPIENT:
                raise ValueError(f"{alternatives[-1]!r} is a last resort and cannot need a field")
        return self


class CampaignMails(Section):
    """The mails that a campaign sends, by when: `follow_up` after no answer to the first one."""

    first_touch: CampaignMail
    follow_up: CampaignMail
    after_demo: CampaignMail

    @model_validator(mode="after")
    def _first_ones_have_a_subject(self) -> Self:
        if self.first_touch.subject is None or self.after_demo.subject is None:
            raise ValueError("first_touch and after_demo may begin a thread, and need a subject")
        return self

    def named(self, template: MailTemplate) -> CampaignMail:
        """The words of a template."""
        mail: CampaignMail = getattr(self, template)
        return mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """What is known of whom a mail goes to, as a list of strangers tells it; None where it is not known."""

    first_name: str | None = None
    company: str | None = None
    demo_day: date | None = None


@dataclass(frozen=True, slots=True)
class MailWords:
    """A mail in words. `options` are those that its text numbers."""

    subject: str
    text: str
    options: tuple[str, ...] = ()


def campaign_words(playbook: "Playbook", template: MailTemplate, recipient: Recipient) -> MailWords:
    """The mail to a recipient, in the language of the playbook; what is not fit to be said is left out."""
    mails = playbook.mail.campaigns
    mail = mails.named(template)
    fields = _fields(playbook, recipient)
    numbered = "\n".join(f"{at}. {option}" for at, option in enumerate(mail.options, start=1))
    parts = (
        *(_said(each, fields) for each in mail.paragraphs),
        numbered,
        *(_said(each, fields) for each in mail.closing),
    )
    # One without a subject of its own follows the first mail.
    subject = _said(mail.subject or mails.first_touch.subject or (), fields)
    return MailWords(subject, "\n\n".join(part for part in parts if part), mail.options)


def name_of(written: str | None) -> str | None:
    """A first name as a mail may say it, None where what is written is none."""
    name = _fit(written, _LONGEST_NAME)
    return None if name is None or _NO_NAME.search(name) or len(name.split()) > _MOST_NAMES else name


def business_of(written: str | None) -> str | None:
    """The name of a company as a mail may say it, None where what is written is none."""
    return _fit(written, _LONGEST_BUSINESS)


def _fit(written: str | None, longest: int) -> str | None:
    """The text in one line with nothing hidden in it; None where it is empty, too long or no name."""
    text = " ".join(visible(written or "").split())
    is_nothing = text.casefold() in _NOTHING or not any(sign.isalpha() for sign in text)
    return None if is_nothing or len(text) > longest or _UNFIT.search(text) else text


def _fields(playbook: "Playbook", recipient: Recipient) -> Mapping[str, str]:
    page, day = playbook.proposal_page, recipient.demo_day
    told = {
        "first_name": name_of(recipient.first_name),
        "business": business_of(recipient.company),
        "demo_day": day and page.date.format(day=day.day, month=page.months[day.month - 1], year=day.year),
    }
    ours = {"company": playbook.company.name, "bot_name": playbook.company.bot_name}
    return {name: value for name, value in (ours | told).items() if value}


def _said(alternatives: Sequence[str], fields: Mapping[str, str]) -> str:
    return next((text.format_map(fields) for text in alternatives if placeholders(text) <= fields.keys()), "")
