"""What the topics of a cluster lack of what the registry wants: decisions without a connection."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.registry import Topic

_INSYNC = "min.insync.replicas"


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic as Kafka has it."""

    partitions: int
    replicas: int
    config: Mapping[str, str]
    """What is in force, wherever it was set."""
    own_config: Mapping[str, str]
    """What was set for this topic alone."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a topic lacks: that it exists, a setting, partitions or copies."""

    topic: str
    reason: str
    is_mended: bool
    """Whether `apply` mends it by itself. What it does not is left to a person, who knows what it costs."""

    def __str__(self) -> str:
        return f"{self.topic}: {self.reason}"


def config_of(topic: Topic, *, replicas: int) -> dict[str, str]:
    """The settings of a topic that has so many copies.

    A write is acknowledged once all copies but one have it, so that a broker may be restarted. A topic that
    has fewer copies than wanted keeps to those it has: otherwise nobody could write to it.
    """
    return {**topic.config, _INSYNC: str(max(1, replicas - 1))}


def differences(
    wanted: Topic, found: FoundTopic | None, *, replicas: int, may_raise_partitions: bool = False
) -> list[Difference]:
    """What `found` lacks. More partitions than wanted are no fault: their number can only grow."""
    if found is None:
        return [Difference(wanted.name, "is missing", is_mended=True)]
    lacking = [
        Difference(wanted.name, f"{name} is {found.config.get(name)}, not {value}", is_mended=True)
        for name, value in config_of(wanted, replicas=min(replicas, found.replicas)).items()
        if found.config.get(name) != value
    ]
    if found.partitions < wanted.partitions:
        reason = (
            f"has {found.partitions} partitions, not {wanted.partitions}; conversations change theirs with "
            "it: stop who writes, let every reader catch up, then `apply --raise-partitions`"
        )
        lacking.append(Difference(wanted.name, reason, is_mended=may_raise_partitions))
    if found.replicas < replicas:
        reason = f"has {found.replicas} copies, not {replicas}; add them with kafka-reassign-partitions.sh"
        lacking.append(Difference(wanted.name, reason, is_mended=False))
    return lacking
