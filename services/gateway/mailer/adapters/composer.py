"""Writes a mail: headers, text and HTML, signed for the domain it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Final

import mrml
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from chassis.clock import Clock
from chassis.mail import MailTokens
from chassis.signing import SignedLinks
from contracts.proposal_link import proposal_place
from playbook import Playbook
from playbook.translation import language_code
from services.gateway.mailer.adapters.dkim_key import DkimKey
from services.gateway.mailer.adapters.layout import paragraphs, plain, with_question_apart
from services.gateway.mailer.domain import Delivery, Draft, ascii_domain

_FOLDER: Final = Path(__file__).parent / "templates"
# A Message-ID of ours is longer than a line may be, and a folded one is none. Content is ASCII for any server
# on the way: what one of them has to encode again breaks the signature.
_POLICY: Final = SMTP.clone(max_line_length=980, cte_type="7bit")
_NUMBER_LENGTH: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Whom our mails come from, and where they are answered to.

    Args:
        name: what stands before the address; the playbook's `bot_name` and company where it is empty.
        address: what `From` shows.
        domain: what our Message-IDs are in.
        reply_mailbox: an address whose name a token is added to.
        public_url: where the link leads by which people unsubscribe.
        postal_address: where the company is, below every mail of a campaign.
    """

    name: str
    address: str
    domain: str
    reply_mailbox: str
    public_url: str | None = None
    postal_address: str | None = None


class Composer:
    """The Composer port. Every mail says to people and to machines who wrote it.

    Args:
        proposal_links: sign the links to proposals, and say where they lead; None where mails have none.
    """

    def __init__(
        self,
        letterhead: Letterhead,
        tokens: MailTokens,
        playbook: Playbook,
        *,
        proposal_links: SignedLinks | None,
        clock: Clock,
        dkim: DkimKey | None,
    ) -> None:
        self._head = letterhead
        self._proposal_links = proposal_links
        self._tokens = tokens
        self._playbook = playbook
        self._clock = clock
        self._dkim = dkim
        environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, auto_reload=False
        )
        self._template = environment.get_template("mail.mjml")

    def compose(self, draft: Draft) -> Delivery:
        """The finished mail: the same draft gives the same Message-ID."""
        reply_to = self._tokens.address(self._head.reply_mailbox, draft.conversation_id)
        number = draft.delivery_id.hex[:_NUMBER_LENGTH]
        message_id = self._tokens.message_id(draft.conversation_id, number, self._head.domain)
        playbook = self._playbook.spoken_in(draft.place.language)
        draft = self._laid_out(draft, playbook)
        recipient = ascii_domain(draft.place.recipient)
        message = EmailMessage(policy=_POLICY if recipient.isascii() else _POLICY.clone(utf8=True))
        message["To"] = recipient
        self._address(message, draft, reply_to)
        message["Message-ID"] = message_id
        _continue(message, draft)
        _disclose(message, draft)
        signature, link = _signature(draft, playbook), self._unsubscribe_link(draft, number)
        _let_unsubscribe(message, draft, reply_to, link)
        postal = self._postal_line(draft)
        below = (signature, postal, f"{playbook.mail.unsubscribe}: {link}" if link else None)
        message.set_content(f"{plain(draft.text)}\n\n-- \n{_lines(below)}\n")
        message.add_alternative(self._html(draft, (signature, postal), playbook, link), subtype="html")
        # Content moves every header of its kind into its own part.
        if language := _language_of(draft, playbook):
            message["Content-Language"] = language
        finished = message.as_bytes()
        return Delivery(
            delivery_id=draft.delivery_id,
            conversation_id=draft.conversation_id,
            kind=draft.kind,
            # Whatever cannot be delivered comes back to the conversation.
            sender=reply_to,
            recipient=draft.place.recipient,
            message_id=message_id,
            message=self._dkim.signed(finished) if self._dkim else finished,
        )

    def _address(self, message: EmailMessage, draft: Draft, reply_to: str) -> None:
        company = self._playbook.company
        name = self._head.name or f"{company.bot_name} ({company.name})"
        if draft.name is not None:
            name = f"{draft.name} ({company.name})"
        message["From"] = Address(display_name=_one_line(name), addr_spec=self._head.address)
        message["Reply-To"] = reply_to
        message["Subject"] = draft.place.next_subject
        message["Date"] = format_datetime(self._clock())

    def _laid_out(self, draft: Draft, playbook: Playbook) -> Draft:
        """The same mail, its words parted as in a letter, with the page of a proposal; a person's stay."""
        text = draft.text.strip()
        if draft.kind == "answer" and draft.written_by != "person":
            text = with_question_apart(text)
        if draft.shows_proposal and (links := self._proposal_links) is not None:
            page = links.below("", proposal_place(links.issue(draft.conversation_id)))
            text = f"{text}\n\n{playbook.mail.proposal_page} {page}"
        return replace(draft, text=text)

    def _unsubscribe_link(self, draft: Draft, number: str) -> str | None:
        """Below what nobody asked for; a person who is answered has written."""
        if self._head.public_url is None or draft.kind == "answer":
            return None
        return f"{self._head.public_url.rstrip('/')}/u/{self._tokens.token(draft.conversation_id)}.{number}"

    def _postal_line(self, draft: Draft) -> str | None:
        """Who sent it and where they are, below what goes to many (CAN-SPAM asks for it)."""
        if draft.kind != "campaign" or self._head.postal_address is None:
            return None
        return f"{self._playbook.company.name}, {_one_line(self._head.postal_address)}"

    def _html(self, draft: Draft, below: Sequence[str | None], playbook: Playbook, link: str | None) -> str:
        written = self._template.render(
            language=_language_of(draft, playbook) or "",
            subject=draft.place.next_subject,
            paragraphs=paragraphs(draft.text),
            below=[line for line in below if line],
            unsubscribe=playbook.mail.unsubscribe,
            link=link,
        )
        return mrml.to_html(written).content


def _language_of(draft: Draft, playbook: Playbook) -> str | None:
    """The language of what a mail says, None where nobody knows: mailboxes offer to translate by it."""
    spoken = playbook.language.code
    code = language_code(draft.place.language or "") or spoken
    if code == spoken or draft.kind in {"campaign", "follow_up"}:
        return spoken
    # No file has its words: a model speaks it, lines of ours are in it where they were translated.
    return code if draft.written_by == "model" else None


def _continue(message: EmailMessage, draft: Draft) -> None:
    if draft.place.in_reply_to:
        message["In-Reply-To"] = draft.place.in_reply_to
    if draft.place.next_references:
        message["References"] = " ".join(draft.place.next_references)


def _disclose(message: EmailMessage, draft: Draft) -> None:
    """Say who wrote it (decision 0051), and to machines that they need not answer (RFC 3834)."""
    message["X-Written-By"] = draft.written_by
    if draft.written_by != "person":
        message["Auto-Submitted"] = "auto-replied" if draft.kind == "answer" else "auto-generated"
        message["X-Auto-Response-Suppress"] = "OOF, AutoReply"


def _let_unsubscribe(message: EmailMessage, draft: Draft, reply_to: str, link: str | None) -> None:
    """One click for mailboxes (RFC 8058), and a mail for those that know only RFC 2369."""
    if draft.kind == "answer":
        return
    by_mail = f"<mailto:{reply_to}?subject=unsubscribe>"
    message["List-Unsubscribe"] = f"<{link}>, {by_mail}" if link else by_mail
    if link:
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _signature(draft: Draft, playbook: Playbook) -> str:
    """The line by which people see who wrote it."""
    if draft.name is not None:
        return f"{_one_line(draft.name)}, {playbook.company.name}"
    return playbook.company.disclosure


def _lines(lines: Sequence[str | None]) -> str:
    return "\n".join(line for line in lines if line)


def _one_line(text: str) -> str:
    return " ".join(text.split())
