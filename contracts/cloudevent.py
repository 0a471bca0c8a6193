"""The envelope: CloudEvents 1.0 in binary mode on Kafka.

Format: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
Context attributes travel as `ce_*` headers, the data as a JSON value, W3C `traceparent` beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Generic, TypeVar
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

CONTENT_TYPE = "application/json"
TRACEPARENT = "traceparent"
_REQUIRED = ("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "ce_dataschema")
# Every derived id of the product hangs below this one; changing it would double every event.
_DERIVED_IDS = UUID("6f1b2f0e-6c0f-5d0c-9a53-2f6d8b1f4c11")


class MalformedEvent(ValueError):
    """A record is not a CloudEvent of the type it claims to be."""


class Event(BaseModel):
    """What became true, in the past tense: the data of a CloudEvent."""

    # An error message goes to a log and to dead letters; a visitor's words never do.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    topic: ClassVar[str]
    version: ClassVar[int] = 1

    conversation_id: UUID

    @classmethod
    def type_name(cls) -> str:
        """The CloudEvents `type`, e.g. `salesbot.TurnReceived.v1`."""
        return f"salesbot.{cls.__name__}.v{cls.version}"

    @classmethod
    def dataschema(cls) -> str:
        """The URN of the committed JSON Schema of this version."""
        return f"urn:salesbot:schema:{cls.__name__}:v{cls.version}"


EventT = TypeVar("EventT", bound=Event)
EventT_co = TypeVar("EventT_co", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudEvent(Generic[EventT_co]):
    """One event with its envelope. Every attribute is said by the publisher, none is made up by a reader."""

    id: UUID
    source: str
    time: datetime
    data: EventT_co
    causation_id: UUID | None
    sequence: int | None

    @property
    def topic(self) -> str:
        """The stream this event belongs to."""
        return self.data.topic

    @property
    def key(self) -> bytes:
        """The Kafka key: the conversation, so that one conversation is one ordered stream."""
        return str(self.data.conversation_id).encode()

    def headers(self) -> dict[str, str]:
        """The binary-mode headers, without the trace context that the sender adds."""
        headers = {
            "content-type": CONTENT_TYPE,
            "ce_specversion": "1.0",
            "ce_id": str(self.id),
            "ce_type": self.data.type_name(),
            "ce_source": self.source,
            "ce_subject": str(self.data.conversation_id),
            "ce_time": self.time.astimezone(UTC).isoformat(),
            "ce_dataschema": self.data.dataschema(),
        }
        if self.causation_id is not None:
            headers["ce_causationid"] = str(self.causation_id)
        if self.sequence is not None:
            headers["ce_sequence"] = str(self.sequence)
        return headers

    def value(self) -> bytes:
        """The JSON value of the record. What is unknown is said as null, so that it reads back as it was."""
        return self.data.model_dump_json().encode()


def derive_id(cause: UUID, name: str, ordinal: int = 0) -> UUID:
    """The id of what `cause` led to: the same input redelivered gives the same id."""
    return uuid5(_DERIVED_IDS, f"{cause}/{name}/{ordinal}")


def originate(data: EventT, *, event_id: UUID, source: str, time: datetime) -> CloudEvent[EventT]:
    """An event that no other event caused, such as a visitor's turn."""
    return CloudEvent(id=event_id, source=source, time=time, data=data, causation_id=None, sequence=None)


def caused_by(
    cause: UUID,
    data: EventT,
    *,
    source: str,
    time: datetime,
    sequence: int | None = None,
    ordinal: int = 0,
) -> CloudEvent[EventT]:
    """An event that follows from the event `cause`; `ordinal` tells several of one type apart."""
    return CloudEvent(
        id=derive_id(cause, data.type_name(), ordinal),
        source=source,
        time=time,
        data=data,
        causation_id=cause,
        sequence=sequence,
    )


def parse_record(event_class: type[EventT], headers: Mapping[str, str], value: bytes) -> CloudEvent[EventT]:
    """Read a record back into an event.

    Raises:
        MalformedEvent: an attribute is missing or unreadable, or the value is not of the schema.
    """
    missing = [name for name in _REQUIRED if name not in headers]
    if missing:
        raise MalformedEvent(f"record lacks {', '.join(missing)}")
    if headers["ce_type"] != event_class.type_name():
        raise MalformedEvent(f"record is a {headers['ce_type']!r}, not a {event_class.type_name()!r}")
    try:
        causation_id = headers.get("ce_causationid")
        sequence = headers.get("ce_sequence")
        return CloudEvent(
            id=UUID(headers["ce_id"]),
            source=headers["ce_source"],
            time=parse_time(headers["ce_time"]),
            data=event_class.model_validate_json(value),
            causation_id=UUID(causation_id) if causation_id else None,
            sequence=int(sequence) if sequence else None,
        )
    except ValueError as error:
        raise MalformedEvent(
            f"{event_class.__name__} {headers['ce_id']!r} cannot be read: {error}"
        ) from error


def parse_time(text: str) -> datetime:
    """An aware UTC time from RFC 3339 text; a time without a zone is refused."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"time {text!r} has no zone")
    try:
        return time.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"time {text!r} is out of range") from error
