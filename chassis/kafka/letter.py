"""A dead letter for an operator: its address, why it was parked, and whether it is settled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal, Self

from chassis.errors import PermanentError
from chassis.kafka.record import Record

HEADER_HEADER_PREFIX = "x-dlq-"
SETTLED = HEADER_HEADER_PREFIX + "settled"
OUTCOME = HEADER_HEADER_PREFIX + "outcome"
SETTLED_BY = HEADER_HEADER_PREFIX + "settled-by"
REPLAYED_TO = HEADER_HEADER_PREFIX + "replayed-to"

Outcome = Literal["replayed", "dropped"]
_OUTCOMES: Final[dict[str, Outcome]] = {"replayed": "replayed", "dropped": "dropped"}


class InvalidAddress(PermanentError):
    """A text is not topic/partition/offset."""


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """One record of the cluster, written topic/partition/offset."""

    topic: str
    partition: int
    offset: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read topic/partition/offset; raises InvalidAddress."""
        topic, *numbers = text.rsplit("/", 2)
        if not topic or len(numbers) != 2 or not all(n.isascii() and n.isdigit() for n in numbers):
            raise InvalidAddress("an id is written topic/partition/offset")
        return cls(topic, int(numbers[0]), int(numbers[1]))

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True)
class Settlement:
    """How an operator settled a letter; stored as a record in the letter's own partition."""

    letter: Address
    outcome: Outcome
    at: datetime
    by: str
    replayed_to: Address | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A parked record without its value. `first_origin` is its origin before the first replay."""

    id: Address
    parked_at: datetime
    key: bytes | None
    size: int
    headers: tuple[tuple[str, bytes | None], ...]
    why: dict[str, str]
    origin: Address | None
    first_origin: Address | None = None
    replays: int = 0
    settlement: Settlement | None = None

    @property
    def subject(self) -> str | None:
        """The conversation it belongs to: its key, or the subject of its envelope."""
        if self.key is not None:
            return self.key.decode("utf-8", "backslashreplace")
        return self.header("ce_subject")

    @property
    def event_type(self) -> str | None:
        """The CloudEvents type, None when it is no event."""
        return self.header("ce_type")

    @property
    def reason(self) -> str:
        """The class of the failure; a record that the consumers did not park has none."""
        return self.why.get("reason", "unknown")

    @property
    def group(self) -> str:
        """The consumer group that parked it."""
        return self.why.get("group", "unknown")

    @property
    def is_whole(self) -> bool:
        """False when it was parked without value and headers because they were too large."""
        return "omitted" not in self.why

    def header(self, name: str) -> str | None:
        """The text of one of its own headers."""
        found = next((value for known, value in self.headers if known == name and value is not None), None)
        return None if found is None else found.decode("utf-8", "backslashreplace")


def read_letters(records: Iterable[Record]) -> list[Letter]:
    """The letters among the records of dead-letter topics, each with its settlement."""
    letters: dict[Address, Letter] = {}
    settlements: dict[Address, Settlement] = {}
    for record in records:
        settlement = _settlement_of(record)
        if settlement is None:
            letter = _letter_of(record)
            letters[letter.id] = letter
        else:
            settlements.setdefault(settlement.letter, settlement)
    settled = [
        replace(letter, settlement=settlements.get(letter.id))
        for letter in sorted(letters.values(), key=lambda letter: letter.parked_at)
    ]
    return _with_their_past(settled)


def settlement_headers(
    letter: Letter, outcome: Outcome, by: str, replayed_to: Address | None
) -> list[tuple[str, bytes]]:
    """The headers of the record that settles a letter."""
    said = {SETTLED: str(letter.id), OUTCOME: outcome, SETTLED_BY: by}
    if replayed_to is not None:
        said[REPLAYED_TO] = str(replayed_to)
    return [(name, text.encode("utf-8", "backslashreplace")) for name, text in said.items()]


def _letter_of(record: Record) -> Letter:
    headers = tuple(
        (name, value) for name, value in record.headers if not name.startswith(HEADER_HEADER_PREFIX)
    )
    why = _texts(record)
    origin = _address(why.get("origin"))
    return Letter(
        id=Address(record.topic, record.partition, record.offset),
        parked_at=_time_of(record),
        key=record.key,
        size=len(record.value or b""),
        headers=headers,
        why=why,
        origin=origin,
        first_origin=origin,
    )


def _settlement_of(record: Record) -> Settlement | None:
    said = _texts(record)
    letter = _address(said.get("settled"))
    outcome = _OUTCOMES.get(said.get("outcome", ""))
    if letter is None or letter.topic != record.topic or outcome is None:
        return None
    return Settlement(
        letter=letter,
        outcome=outcome,
        at=_time_of(record),
        by=said.get("settled-by", "unknown"),
        replayed_to=_address(said.get("replayed-to")),
    )


def _with_their_past(letters: Sequence[Letter]) -> list[Letter]:
    """Give letters that were replayed and parked again their first origin."""
    known: dict[Address, Letter] = {}
    found = []
    for letter in letters:
        before = known.get(letter.origin) if letter.origin else None
        again = (
            letter
            if before is None
            else replace(letter, first_origin=before.first_origin, replays=before.replays + 1)
        )
        found.append(again)
        if again.settlement and again.settlement.replayed_to:
            known[again.settlement.replayed_to] = again
    return found


def _texts(record: Record) -> dict[str, str]:
    """The `x-dlq-` headers, without their prefix."""
    return {
        name.removeprefix(HEADER_HEADER_PREFIX): value.decode("utf-8", "backslashreplace")
        for name, value in record.headers
        if name.startswith(HEADER_HEADER_PREFIX) and value is not None
    }


def _address(text: str | None) -> Address | None:
    try:
        return Address.parse(text) if text else None
    except InvalidAddress:
        return None


def _time_of(record: Record) -> datetime:
    return datetime.fromtimestamp(record.timestamp / 1000, UTC)
