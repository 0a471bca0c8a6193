"""Encrypting events on their way out, and decrypting records on their way to a handler.

A record stays encrypted in a lane, in an outbox and among the dead letters; its handler gets it in clear.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from uuid import UUID

from faststream.kafka import KafkaBroker

from chassis.data_keys import DataKeyDestroyed, DataKeys, DataKeySettings, DataKeyUnknown
from chassis.errors import SalesbotError
from chassis.kafka.record import Record, text_headers
from chassis.postgres import make_engine
from contracts.cloudevent import CloudEvent, Event, MalformedEvent
from contracts.sealed import DATA_KEY, bound_attributes, ciphertext_of, sealed_value

_SEALING_KEY = "salesbot_sealing"

# Topic, key, value and headers of one record; an empty value stands for none.
SerialisedEvent = tuple[str, bytes, bytes, dict[str, str]]


class DataKeysMissing(SalesbotError):
    """A record is encrypted and this process was given no data keys."""


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """An event as its record: what an outbox stores and what is sent."""

    id: UUID
    causation_id: UUID | None
    topic: str
    key: bytes
    value: bytes
    headers: dict[str, str]

    @property
    def record(self) -> SerialisedEvent:
        """What a publisher sends."""
        return self.topic, self.key, self.value, self.headers


class Sealing:
    """Encrypts and decrypts with these keys; without any, events go out as they are."""

    def __init__(self, keys: DataKeys | None = None) -> None:
        self._keys = keys

    async def serialise(self, events: Sequence[CloudEvent[Event]]) -> list[OutgoingEvent]:
        """Turn events into records, encrypted where their class says so.

        Raises:
            DataKeyDestroyed: their conversation was erased.
            DatabaseUnavailable: there is no key now; try again.
        """
        return [await self._serialise(event) for event in events]

    async def _serialise(self, event: CloudEvent[Event]) -> OutgoingEvent:
        value, headers = event.value(), event.headers()
        if self._keys is not None and event.data.is_sealed:
            conversation_id = event.data.conversation_id
            key = self._keys.kept_for(conversation_id) or await self._keys.key_for(conversation_id)
            value = sealed_value(headers["ce_subject"], key.seal(value, bound_attributes(headers)))
            headers[DATA_KEY] = str(key.id)
        return OutgoingEvent(event.id, event.causation_id, event.topic, event.key, value, headers)

    async def load(self, records: Sequence[Record]) -> None:
        """Read the keys of these records, so that `opened` knows them.

        Raises:
            DatabaseUnavailable: try again.
            DataKeySecretUnfit, DataKeysMissing: this process cannot decrypt them.
        """
        await self._load(text_headers(record) for record in records if is_sealed(record))

    def opened(self, record: Record) -> Record:
        """The record with its value in clear. Its key must have been loaded.

        Raises:
            MalformedEvent: the value was changed, or is of another event or conversation.
            DataKeyDestroyed: its conversation was erased.
            DataKeyUnknown, DataKeyNotLoaded: as `DataKeys.held` says.
        """
        if not is_sealed(record):
            return record
        return replace(record, value=self._opened(text_headers(record), record.value or b""))

    async def open(self, headers: Mapping[str, str], value: bytes) -> bytes:
        """A stored value in clear; raises as `load` and `opened` do."""
        if DATA_KEY not in headers:
            return value
        await self._load([headers])
        return self._opened(headers, value)

    async def _load(self, sealed: Iterable[Mapping[str, str]]) -> None:
        wanted = {named[0]: named[1] for headers in sealed if (named := _named(headers)) is not None}
        if wanted:
            await self._require_keys().load(wanted)

    def _opened(self, headers: Mapping[str, str], value: bytes) -> bytes:
        named = _named(headers)
        if named is None:
            raise MalformedEvent("the data key or the conversation of a record cannot be read")
        key_id, conversation_id = named
        key = self._require_keys().held(key_id)
        if key.conversation_id != conversation_id:
            raise MalformedEvent("the data key of a record is of another conversation")
        return key.open(ciphertext_of(value), bound_attributes(headers))

    def _require_keys(self) -> DataKeys:
        if self._keys is None:
            raise DataKeysMissing("records are encrypted and there are no data keys")
        return self._keys

    async def read(self, records: Sequence[Record]) -> list[Record]:
        """Records in clear, without those that nobody can decrypt: erased, forged, or with a lost key.

        For programs that only look; raises as `load` does.
        """
        await self.load(records)
        opened = []
        for record in records:
            with suppress(MalformedEvent, DataKeyDestroyed, DataKeyUnknown):
                opened.append(self.opened(record))
        return opened


@asynccontextmanager
async def sealing_with(settings: DataKeySettings) -> AsyncIterator[Sealing]:
    """What a program beside the services decrypts with, connected to the database of the keys."""
    async with DataKeys(make_engine(settings), settings) as keys:
        yield Sealing(keys)


def remember_sealing(broker: KafkaBroker, keys: DataKeys | None) -> None:
    """Store the keys on the broker, so that publishers and subscribers are not given them one by one."""
    broker.context.set_global(_SEALING_KEY, Sealing(keys))


def sealing_of(broker: KafkaBroker) -> Sealing:
    """What `make_broker` was given."""
    found = broker.context.get(_SEALING_KEY)
    return found if isinstance(found, Sealing) else Sealing()


def is_sealed(record: Record) -> bool:
    """Whether the value of a record is encrypted."""
    return any(name == DATA_KEY for name, _ in record.headers)


def _named(headers: Mapping[str, str]) -> tuple[UUID, UUID] | None:
    """The data key that a record names, and its conversation; None where either cannot be read."""
    try:
        return UUID(headers[DATA_KEY]), UUID(headers["ce_subject"])
    except (KeyError, ValueError):
        return None
