"""From conversations a day to partitions, processes, database, provider quota and cost.

Every formula is one that an operator can do on paper; docs/scaling.md explains them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from benchmarks.scaling.footprint import Footprint

_DAY_S = 86_400
_MINUTE_S = 60
_GB = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Model:
    """What a talk asks of the language model (`evals.cost`, the median of the recorded talks)."""

    calls: float
    input_tokens: float
    output_tokens: float
    usd: float
    seconds_a_turn: float


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is chosen rather than measured.

    `peak` is the busiest minute over the mean of the day. Processes are planned to use `busy` of a core each,
    so that one of them can fail, and a rebalance be caught up with. `share_with_lead` is the part of all
    conversations that leave an address, a number, a proposal or a link, and are kept longer.
    """

    peak: float = 4.0
    busy: float = 0.5
    least_processes: int = 2
    partition_step: int = 24
    partitions_a_process: int = 2
    kafka_days: int = 30
    replication: int = 3
    days_with_lead: int = 730
    days_without_lead: int = 90
    share_with_lead: float = 0.4
    usd_a_core_month: float = 30.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a number of conversations a day needs. Rates are those of the busiest minute."""

    conversations_a_day: int
    turns_per_s: float
    open_turns: int
    processes: Mapping[str, int]
    partitions: int
    kafka_mb_per_s: float
    kafka_gb: float
    rows_per_s: float
    postgres_gb: float
    redis_commands_per_s: float
    model_calls_per_minute: int
    model_tokens_per_minute: int
    model_usd_a_day: float
    cores_usd_a_month: float


def plan(conversations_a_day: int, footprint: Footprint, model: Model, given: Assumptions) -> Plan:
    """The plan for so many conversations a day."""
    conversations_per_s = conversations_a_day * given.peak / _DAY_S
    processes = {
        name: max(given.least_processes, ceil(conversations_per_s * seconds / given.busy))
        for name, seconds in footprint.cpu_s.items()
    }
    turns_per_s = conversations_per_s * footprint.turns
    most = max(count for name, count in processes.items() if name != "gateway")
    tokens = model.input_tokens + model.output_tokens
    kept = conversations_a_day * given.kafka_days * given.replication
    return Plan(
        conversations_a_day=conversations_a_day,
        turns_per_s=turns_per_s,
        # Little's law: those in work are the arrivals of as long as one takes.
        open_turns=ceil(turns_per_s * model.seconds_a_turn),
        processes=processes,
        partitions=partitions_for(most, given),
        kafka_mb_per_s=conversations_per_s * footprint.kafka_bytes / 1_000_000,
        kafka_gb=kept * footprint.kafka_bytes / _GB,
        rows_per_s=conversations_per_s * footprint.postgres_rows_written,
        postgres_gb=conversations_a_day * _mean_days_kept(given) * footprint.postgres_bytes / _GB,
        redis_commands_per_s=conversations_per_s * footprint.redis_commands,
        model_calls_per_minute=ceil(conversations_per_s * model.calls * _MINUTE_S),
        model_tokens_per_minute=ceil(conversations_per_s * tokens * _MINUTE_S),
        model_usd_a_day=conversations_a_day * model.usd,
        cores_usd_a_month=sum(processes.values()) * given.usd_a_core_month,
    )


def _mean_days_kept(given: Assumptions) -> float:
    with_lead = given.share_with_lead
    return with_lead * given.days_with_lead + (1 - with_lead) * given.days_without_lead


def partitions_for(processes: int, given: Assumptions) -> int:
    """So many that the processes have two each: one that owns a busy one can then give the other away."""
    return max(1, ceil(processes * given.partitions_a_process / given.partition_step)) * given.partition_step
