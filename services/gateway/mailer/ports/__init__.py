"""The ports of the mailer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from chassis.clock import Clock
from contracts.cloudevent import CloudEvent, Event
from contracts.events import MailReceived
from contracts.values import Payers
from services.gateway.mailer.domain import Delivery, Draft, LoopRules
from services.gateway.mailer.ports.follow_ups import (
    Decide,
    FollowUps,
    FollowUpWords,
    SentBeforeOf,
    Transition,
    WrittenFollowUp,
)
from services.gateway.mailer.ports.outbox import (
    Backlog,
    DeliveryRecord,
    HandOver,
    Journal,
    JournalEntry,
    MailServer,
    Outbox,
    Pace,
)
from services.gateway.mailer.ports.threads import ParkedMail, Threads

__all__ = [
    "Backlog",
    "Composer",
    "Decide",
    "DeliveryRecord",
    "FollowUpWords",
    "FollowUps",
    "HandOver",
    "Journal",
    "JournalEntry",
    "MailPorts",
    "MailServer",
    "Outbox",
    "Pace",
    "ParkedMail",
    "PayersOf",
    "Progress",
    "Publisher",
    "SentBeforeOf",
    "Threads",
    "Transition",
    "WrittenFollowUp",
]


class Progress(Protocol):
    """How far this group of consumers has come, all of its processes together."""

    async def catch_up(self) -> None:
        """Return once everything is handled that was published before now.

        Raises:
            TransientError: it takes too long, or the broker does not tell.
        """


class Composer(Protocol):
    """Writes mails."""

    def compose(self, draft: Draft) -> Delivery:
        """The finished mail. The same draft gives the same Message-ID."""


class Publisher(Protocol):
    """Publishes what came in by mail."""

    async def publish(self, *events: CloudEvent[Event]) -> None:
        """Publish durably; publishing an event again changes nothing.

        Raises:
            TransientError: at least one is not known to be durable.
        """


class PayersOf(Protocol):
    """Whose share of the day's budget the turn of a mail uses up."""

    def __call__(self, mail: MailReceived, *, is_opening: bool) -> Payers:
        """A pseudonym of the sender for a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPorts:
    """What mails are taken and answered with. Without a `composer` none is answered."""

    outbox: Outbox
    threads: Threads
    follow_ups: FollowUps
    publisher: Publisher
    composer: Composer | None
    payers: PayersOf
    rules: LoopRules
    clock: Clock
    notice: Callable[[], None] = lambda: None
