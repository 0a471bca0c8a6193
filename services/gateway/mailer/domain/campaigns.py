"""The mails of campaigns: what is asked for, and why a mail of one is not sent."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from contracts.cloudevent import derive_id
from playbook import MAIL_TEMPLATES, MailTemplate
from services.gateway.mailer.domain.outgoing import ThreadPlace

Refusal = Literal[
    "bad_address", "unknown_language", "already_asked", "erased", "suppressed", "answered", "booked",
    "no_first_touch", "no_demo",
]  # fmt: skip
"""Why a mail is not sent.

The address is none, the playbook lacks the language, it was asked for before, the conversation was erased,
its recipient wants no mails, has answered or booked, got no first mail of the campaign, or had no demo.
"""

FINAL: Final[frozenset[Refusal]] = frozenset({"suppressed", "answered", "booked"})
"""What is remembered as the end of a mail; the others may change until it is asked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedMail:
    """A mail of a campaign to one address. `conversation_id` is what a first one opens."""

    campaign: str
    template: MailTemplate
    address: str
    conversation_id: UUID

    @property
    def mail_id(self) -> UUID:
        """The same however often it is asked for."""
        return mail_id_of(self.conversation_id, self.template)

    @property
    def first_mail_id(self) -> UUID:
        """The first mail of the campaign to this address."""
        return mail_id_of(self.conversation_id, "first_touch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand with a mail: why it is not to be sent, or where it belongs.

    Without a `place` it begins a thread. `demo_id` and `demo_day` are of the demo that it follows.
    """

    conversation_id: UUID
    refusal: Refusal | None = None
    place: ThreadPlace | None = None
    demo_id: UUID | None = None
    demo_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateReport:
    """How the mails of one template of a campaign stand.

    `stopped` wait no more, as the campaign was stopped. `skipped` were not due any more when they would have
    been sent. Recipients who `answered` or `booked` are counted whichever mail they answered.
    """

    template: MailTemplate
    asked: int
    waiting: int
    stopped: int
    sent: int
    refused: int
    suppressed: int
    skipped: int
    answered: int
    booked: int


@dataclass(frozen=True, slots=True)
class CampaignStop:
    """Who stopped a campaign, and when."""

    stopped_by: str
    stopped_at: datetime


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """How a campaign stands. Without a `stop` it goes on."""

    stop: CampaignStop | None
    templates: tuple[TemplateReport, ...]


def template_named(name: str) -> MailTemplate | None:
    """The template of this name, if there is one."""
    return next((template for template in MAIL_TEMPLATES if template == name), None)


def mail_id_of(conversation_id: UUID, template: str) -> UUID:
    """The id of a mail of a campaign."""
    return derive_id(conversation_id, f"campaign/{template}")
