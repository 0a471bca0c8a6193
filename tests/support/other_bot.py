"""A bot like ours at another company, which writes and judges mails by our own code."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Final
from uuid import uuid4

from chassis.clock import utc_now
from chassis.mail import MailTokens, parse_mail
from services.gateway.mailer.adapters import Composer, Letterhead
from services.gateway.mailer.domain import Draft, LoopRules, MailFacts, ThreadPlace, ending_of
from tests.support.outgoing_mails import a_received
from tests.support.playbooks import SHIPPED

MARKS: Final = (
    "Auto-Submitted", "X-Written-By", "X-Auto-Response-Suppress", "List-Unsubscribe", "List-Unsubscribe-Post",
)  # fmt: skip
"""What says of a mail that no person wrote it; relays of some companies drop what they do not know."""
_COMPANY: Final = SHIPPED.company.model_copy(
    update={
        "name": "Other Agents",
        "bot_name": "Max",
        "disclosure": "I'm Max, the AI assistant of Other Agents.",
    }
)
_RULES: Final = LoopRules(
    own_domains={"other.example"},
    turns_an_hour=12,
    turns_a_day=30,
    fastest_reply=timedelta(0),
    disclosures=[_COMPANY.disclosure],
)


class OtherBot:
    """Its mails come from `address`; with `strips` a relay on the way drops every mark."""

    def __init__(self, address: str, *, strips: bool) -> None:
        self._strips, self._conversation_id = strips, uuid4()
        self._domain = address.rpartition("@")[2]
        head = Letterhead(name="", address=address, domain=self._domain, reply_mailbox=f"max@{self._domain}")
        playbook = SHIPPED.model_copy(update={"company": _COMPANY})
        tokens = MailTokens(("of another company",))
        self._composer = Composer(head, tokens, playbook, proposal_links=None, clock=utc_now, dkim=None)

    def ending_of(self, mail: EmailMessage) -> str:
        """What becomes of a mail that comes to it: the kind, or the ending of what is none of a machine."""
        read = parse_mail(self._relayed(mail.as_bytes()))
        if read.kind != "human_reply":
            return read.kind
        received = a_received(reply=read.reply, signature=read.signature)
        return ending_of(received, MailFacts(conversation_id=self._conversation_id), _RULES)

    def answer(self, mail: EmailMessage, text: str) -> bytes:
        """Its answer as it arrives, vouched for by the server that takes it in."""
        place = ThreadPlace(
            recipient=str(mail["Reply-To"]),
            subject=str(mail["Subject"]),
            message_id=str(mail["Message-ID"]),
            references=tuple(str(mail["References"] or "").split()),
        )
        draft = Draft(
            delivery_id=uuid4(),
            conversation_id=self._conversation_id,
            kind="answer",
            place=place,
            text=text,
            written_by="model",
        )
        vouched = f"Authentication-Results: mx.mail.example; dmarc=pass header.from={self._domain}\r\n"
        return vouched.encode() + self._relayed(self._composer.compose(draft).message)

    def _relayed(self, content: bytes) -> bytes:
        if not self._strips:
            return content
        mail = message_from_bytes(content, policy=policy.SMTP)
        for mark in MARKS:
            del mail[mark]
        return mail.as_bytes()
