"""The envelope: CloudEvents 1.0 in binary mode on Kafka.

Format: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
Context attributes travel as `ce_*` headers, the data as a JSON value, W3C `traceparent` beside them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import ClassVar, Generic, TypeVar
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, ValidationError

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
    is_sealed: ClassVar[bool] = True
    """Whether its value is encrypted with a key of the conversation; see `contracts.sealed`."""

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
ReadT = TypeVar("ReadT")
EventT_co = TypeVar("EventT_co", bound=Event, covariant=True)


@dataclass(frozen=True, kw_only=True)
class CloudEvent(Generic[EventT_co]):
    """One event with its envelope. Every attribute is set by the publisher, none by a reader."""

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
        return self._headers.copy()

    @cached_property
    def _headers(self) -> dict[str, str]:
        # Stored in an outbox and then published: made once for both.
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
        """The JSON value of the record; required fields without a value are null."""
        return self._value

    @cached_property
    def _value(self) -> bytes:
        # Made once, as the headers are.
        return self.data.model_dump_json().encode()


@dataclass(frozen=True, kw_only=True)
class Tombstone(CloudEvent[EventT_co]):
    """The record without a value that ends a key of a compacted topic: Kafka deletes the others of the key.

    `data` is the event that it follows.
    """

    def value(self) -> bytes:
        """Nothing. It is published as no value, not as an empty one."""
        return b""

    def headers(self) -> dict[str, str]:
        """Only what identifies it: without a value it is no event."""
        return {"ce_id": str(self.id), "ce_subject": str(self.data.conversation_id)}


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
    """An event caused by the event `cause`; `ordinal` distinguishes several of one type."""
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
        raise MalformedEvent(f"record is of another type than {event_class.type_name()!r}")
    event_id = _read(UUID, "ce_id", headers)
    try:
        data = event_class.model_validate_json(value)
    except ValidationError as error:
        problems = "; ".join(_problems(event_class, error))
        # Without the cause, whose message quotes what the validators of a field were given.
        raise MalformedEvent(f"{event_class.__name__} {str(event_id)!r} cannot be read: {problems}") from None
    return CloudEvent(
        id=event_id,
        source=headers["ce_source"],
        time=_read(parse_time, "ce_time", headers),
        data=data,
        causation_id=_read(UUID, "ce_causationid", headers) if headers.get("ce_causationid") else None,
        sequence=_read(int, "ce_sequence", headers) if headers.get("ce_sequence") else None,
    )


def _read(reader: Callable[[str], ReadT], name: str, headers: Mapping[str, str]) -> ReadT:
    """Parse an attribute of the envelope; the error does not repeat an invalid value."""
    try:
        return reader(headers[name])
    except ValueError:
        raise MalformedEvent(f"attribute {name} cannot be read") from None


def _problems(event_class: type[Event], error: ValidationError) -> Iterator[str]:
    """The invalid fields and their problems; unknown field names are left out, as they may be private."""
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        field = next(iter(problem["loc"]), None)
        where = f"{field}: " if field in event_class.model_fields else ""
        yield f"{where}{problem['type']}"


def parse_time(text: str) -> datetime:
    """An aware UTC time from RFC 3339 text; a time without a zone is refused."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("the time has no zone")
    try:
        return time.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the time is out of range") from error
