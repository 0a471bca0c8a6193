"""The registry of topics: publishers, consumers, events and retention."""

from dataclasses import dataclass, field
from datetime import timedelta

from contracts import events
from contracts.cloudevent import Event

PARTITIONS = 24
_DAY_MS = 24 * 60 * 60 * 1000
DEAD_LETTER_SUFFIX = ".dlq"


@dataclass(frozen=True, slots=True)
class Topic:
    """One stream. All streams have the same partition count, so that a key has one home."""

    name: str
    publishers: tuple[str, ...]
    consumers: tuple[str, ...]
    events: tuple[type[Event], ...] = ()
    partitions: int = PARTITIONS
    config: dict[str, str] = field(default_factory=lambda: {"retention.ms": str(30 * _DAY_MS)})
    readers: tuple[str, ...] = ()
    """Who reads it from its beginning to its end, in no group."""

    @property
    def is_sealed(self) -> bool:
        """Whether what visitors say is encrypted in it."""
        return any(event.is_sealed for event in self.events)


STREAMS: tuple[Topic, ...] = (
    Topic(
        "conversation.turns.v1",
        publishers=("gateway",),
        consumers=("dialogue", "leadstore", "mailer"),
        events=(
            events.TurnReceived,
            events.PersonTookOver,
            events.PersonSpoke,
            events.PersonHandedBack,
            events.ErasureRequested,
            events.FollowUpAllowed,
            events.FollowUpRevoked,
            events.VisitorOptedOut,
        ),
    ),
    Topic(
        "conversation.events.v1",
        publishers=("dialogue",),
        consumers=("leadstore", "booking", "mailer"),
        events=(
            events.ConversationStarted,
            events.TurnAnswered,
            events.PersonAnswered,
            events.SpeakerChanged,
            events.StageAdvanced,
            events.ProfileUpdated,
            events.TurnFailed,
            events.QuestionUnanswered,
            events.TierChosen,
            events.HandOverRequested,
            events.ConversationClosed,
            events.ConversationStalled,
            events.ConversationErased,
        ),
    ),
    Topic(
        "proposal.requests.v1",
        publishers=("dialogue",),
        consumers=("proposal",),
        events=(events.ProposalRequested,),
    ),
    Topic(
        "proposal.events.v1",
        publishers=("proposal",),
        consumers=("dialogue", "leadstore"),
        events=(events.ProposalDrafted,),
    ),
    Topic(
        "booking.requests.v1",
        publishers=("dialogue", "gateway"),
        consumers=("booking",),
        events=(events.BookingRequested, events.CalendarNotified),
    ),
    Topic(
        "booking.events.v1",
        publishers=("booking",),
        consumers=("dialogue", "leadstore", "mailer"),
        events=(
            events.BookingLinkIssued,
            events.DemoBooked,
            events.DemoRescheduled,
            events.DemoCanceled,
            events.DemoNoShow,
        ),
    ),
    Topic(
        "mail.requests.v1",
        publishers=("gateway",),
        consumers=("mailer",),
        events=(events.MailReceived, events.MailUnsubscribed, events.MailRequested),
    ),
    Topic(
        "lead.events.v1",
        publishers=("leadstore",),
        consumers=("deliverer",),
        events=(events.LeadChanged, events.LeadErased),
        config={
            "cleanup.policy": "compact",
            # A superseded record is gone within a day: its segment ends after six hours, as soon as another
            # record comes, and is compacted at most twelve hours after the record was written.
            "segment.ms": str(_DAY_MS // 4),
            "max.compaction.lag.ms": str(_DAY_MS // 2),
            # A subscriber that was away for less than a week still reads that a lead was erased.
            "delete.retention.ms": str(7 * _DAY_MS),
        },
    ),
    Topic(
        "erasures.v1",
        publishers=("dialogue",),
        consumers=(),
        events=(events.ErasureRecorded,),
        config={"cleanup.policy": "compact"},
        readers=("booking", "dialogue", "leadstore", "mailer"),
    ),
)


def dead_letter_topic(topic: Topic) -> Topic:
    """The dead-letter topic of `topic`: long retention, read by operators."""
    return Topic(
        topic.name + DEAD_LETTER_SUFFIX,
        publishers=topic.consumers,
        consumers=(),
        # In clear only for as long as a subscriber may be away: an erasure does not reach a dead letter.
        config={"retention.ms": str((90 if topic.is_sealed else 7) * _DAY_MS)},
    )


TOPICS: tuple[Topic, ...] = STREAMS + tuple(dead_letter_topic(topic) for topic in STREAMS if topic.consumers)
EVENTS: tuple[type[Event], ...] = tuple(event for topic in STREAMS for event in topic.events)
# In the language, and read where somebody reads them already; published by nobody yet.
RESERVED: frozenset[type[Event]] = frozenset()
EVENT_BY_TYPE: dict[str, type[Event]] = {event.type_name(): event for event in EVENTS}


def longest_kept(service: str) -> timedelta:
    """How long a record stays in the topics that a service reads, and so may come again."""
    read = (topic for topic in STREAMS if service in topic.consumers)
    return timedelta(milliseconds=max(int(topic.config["retention.ms"]) for topic in read))


def publisher_of(event_class: type[Event]) -> str:
    """The service that publishes this event: the one its module is named for."""
    return event_class.__module__.rpartition(".")[2]


def published_by(service: str) -> tuple[type[Event], ...]:
    """Every event the service publishes today, in the order of the registry."""
    return tuple(event for event in EVENTS if publisher_of(event) == service and event not in RESERVED)


def consumed_by(service: str) -> tuple[type[Event], ...]:
    """Every event of every stream the service reads, in the order of the registry."""
    return tuple(event for topic in STREAMS if service in topic.consumers for event in topic.events)
