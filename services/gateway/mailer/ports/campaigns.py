"""The ports of campaigns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from chassis.clock import Clock
from playbook import MailWords, Playbook
from services.gateway.mailer.domain import (
    AskedMail,
    CampaignReport,
    CampaignStop,
    Delivery,
    Refusal,
    Standing,
)
from services.gateway.mailer.ports import Composer, Publisher


class Campaigns(Protocol):
    """The mails of campaigns, and the demos that some of them follow.

    Every method raises DatabaseUnavailable; calling it again is then safe.
    """

    async def standing(self, asked: AskedMail) -> Standing:
        """Whether a mail may be sent now, and where it belongs."""

    async def queue(
        self, asked: AskedMail, standing: Standing, delivery: Delivery, *, words: MailWords, language: str
    ) -> bool:
        """Queue a mail and remember what it says; whether it was not asked for before."""

    async def refuse(self, asked: AskedMail, refusal: Refusal) -> None:
        """Remember for good that a mail is not sent; one that was asked for before stays as it is."""

    async def names(self) -> Sequence[str]:
        """All campaigns that a mail was asked for."""

    async def conversations_of(self, address: str, begun: Sequence[UUID]) -> Sequence[UUID]:
        """Those of `begun` that a mail was asked for, and all that are held by mail with this address."""

    async def report(self, campaign: str) -> CampaignReport:
        """How a campaign stands; no template where nothing was asked for."""

    async def stop(self, campaign: str, by: str) -> None:
        """Hand over no mail of a campaign any more; one that is stopped already stays as it is."""

    async def stop_of(self, campaign: str) -> CampaignStop | None:
        """Who stopped a campaign, if anybody did."""

    async def resume(self, campaign: str) -> None:
        """Let a campaign go on, with the mails that were stopped and are not forgotten yet."""


class Demos(Protocol):
    """What is known of demos, in whatever order it comes. Every method raises DatabaseUnavailable."""

    async def note_booked(
        self,
        conversation_id: UUID,
        demo_id: UUID,
        *,
        starts_at: datetime,
        ends_at: datetime,
        timezone: str | None,
        is_proven: bool,
        said_at: datetime,
        invitee: str | None = None,
    ) -> None:
        """A demo stands at this time; of several times the one that was said last counts.

        Without `is_proven` only the address of whoever booked says whose conversation it is.
        """

    async def note_over(self, conversation_id: UUID, demo_id: UUID) -> None:
        """A demo was canceled or moved; it stays so."""

    async def note_missed(
        self, conversation_id: UUID, demo_id: UUID, *, is_missed: bool, said_at: datetime
    ) -> None:
        """The visitor did not come, or that is taken back; what was said last counts."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail as its recipient gets it: its headers in their order, its text part, its HTML part."""

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str


class Previewer(Protocol):
    """Shows what a delivery looks like."""

    def __call__(self, delivery: Delivery) -> Preview:
        """Taken apart again, as a mailbox does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPorts:
    """What campaigns need. Without a `composer` nothing is sent, and `missing` says what is not set.

    `sampler` composes what is only shown. `conversation_of` gives the conversation of a campaign and an
    address, the same ever after.
    """

    campaigns: Campaigns
    demos: Demos
    publisher: Publisher
    composer: Composer | None
    missing: str | None
    sampler: Composer
    preview: Previewer
    playbook: Playbook
    conversation_of: Callable[[str, str], UUID]
    clock: Clock
    notice: Callable[[], None] = lambda: None
