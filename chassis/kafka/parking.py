"""Which records may be parked: the bulkhead against parking a whole topic, and the operator's rules."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import structlog
from faststream.kafka import KafkaBroker

from chassis import metrics
from chassis.errors import PermanentError
from chassis.kafka.record import Record
from chassis.settings import ServiceSettings

logger = structlog.get_logger()

_RULES_KEY = "salesbot_parking_rules"
_NAMED = re.compile(r"(?P<group>[^/,]+)/(?P<topic>[^/]+)/(?P<partition>\d+)/(?P<first>\d+)(-(?P<last>\d+))?")


class ParkedByOperator(PermanentError):
    """The operator named the record in PARK_RECORDS; it was not handled."""


@dataclass(frozen=True, slots=True)
class NamedRecords:
    """EventGroup records of a partition that one consumer group is to park."""

    group_id: str
    topic: str
    partition: int
    offsets: range


@dataclass(frozen=True, slots=True)
class ParkingRules:
    """The operator's rules on parking.

    Args:
        limit: how many records in a row may be parked for the same reason.
        named: records to park without a try, whatever the limit.
    """

    limit: int = 5
    named: tuple[NamedRecords, ...] = ()

    def name(self, record: Record, group_id: str) -> bool:
        """Whether the operator wants this record parked."""
        place = (group_id, record.topic, record.partition)
        return any(
            record.offset in named.offsets and place == (named.group_id, named.topic, named.partition)
            for named in self.named
        )


def remember_parking_rules(broker: KafkaBroker, settings: ServiceSettings) -> None:
    """Store the rules on the broker, so that subscribers need no settings."""
    rules = ParkingRules(settings.park_limit, tuple(_parse(settings.park_records)))
    broker.context.set_global(_RULES_KEY, rules)


def parking_rules(broker: KafkaBroker) -> ParkingRules:
    """The rules that `make_broker` was given."""
    rules: Any = broker.context.get(_RULES_KEY)
    assert isinstance(rules, ParkingRules)
    return rules


class Bulkhead:
    """Prevents that a fault of ours parks a whole topic.

    When more than `limit` records of a topic in a row fail for the same reason, although each seems to be at
    fault itself, the next ones wait as if the reason were elsewhere, until one of the topic is handled.
    """

    def __init__(self, group_id: str, rules: ParkingRules) -> None:
        self._group = group_id
        self._rules = rules
        self._limit = rules.limit
        self._in_a_row: Counter[tuple[str, str]] = Counter()
        self._stopped: set[tuple[str, str]] = set()

    def is_named(self, record: Record) -> bool:
        """Whether the operator wants this record parked, regardless of others."""
        return bool(self._rules.named) and self._rules.name(record, self._group)

    def admits(self, topic: str, reason: str) -> bool:
        """Whether one more record of `topic` may be parked for `reason`; counts it."""
        run = (topic, reason)
        if self._in_a_row[run] < self._limit:
            self._in_a_row[run] += 1
            return True
        if run not in self._stopped:
            self._stopped.add(run)
            metrics.PARKING_STOPPED.labels(self._group, topic, reason).set(1)
            logger.error("parking_stopped", topic=topic, reason=reason, in_a_row=self._limit)
        return False

    def note_handled(self, topic: str) -> None:
        """A record of `topic` was handled."""
        if not self._in_a_row:
            return
        for run in [run for run in self._in_a_row if run[0] == topic]:
            del self._in_a_row[run]
            if run in self._stopped:
                self._stopped.discard(run)
                metrics.PARKING_STOPPED.labels(self._group, *run).set(0)
                logger.warning("parking_resumed", topic=topic, reason=run[1])

    def forget_stops(self) -> None:
        """Drop the stops: the partitions were revoked, and their next owner reports what waits.

        The counts stay, so that a rebalance lets no further records be parked.
        """
        for run in self._stopped:
            metrics.PARKING_STOPPED.labels(self._group, *run).set(0)
        self._stopped.clear()

    def fault(self) -> str | None:
        """Why parking has stopped; None while it has not."""
        for topic, reason in self._stopped:
            return f"parked {self._limit} records of {topic} in a row, no more: {reason}"
        return None


def _parse(named: str) -> Iterator[NamedRecords]:
    for found in _NAMED.finditer(named.replace(" ", "")):
        first, last = int(found["first"]), int(found["last"] or found["first"])
        yield NamedRecords(found["group"], found["topic"], int(found["partition"]), range(first, last + 1))
