"""Backlogs and what KEDA makes of them: asked of our arithmetic, and of a KEDA that runs (tests/cluster)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.scaling.keda import KafkaTrigger, Partition, ScaledObject

PARTITIONS = 12


@dataclass(frozen=True, slots=True)
class Case:
    """A trigger, the partitions of its topic that hold records, and what follows; the rest are empty.

    In `expired` partitions every record is gone, as after the retention. Idle partitions have a commit unless
    `idle_committed` is None.
    """

    name: str
    metadata: Mapping[str, str]
    metric: int
    replicas: int
    ends: tuple[int, ...] = ()
    committed: tuple[int | None, ...] = ()
    expired: frozenset[int] = field(default_factory=frozenset)
    idle_committed: int | None = 0
    is_active: bool = True
    current: int = 1
    min_replicas: int = 0
    max_replicas: int = 20

    @property
    def partitions(self) -> tuple[Partition, ...]:
        idle = PARTITIONS - len(self.ends)
        used = zip(self.ends, self.committed or (0,) * len(self.ends), strict=True)
        return (*(Partition(*offsets) for offsets in used), *(Partition(0, self.idle_committed),) * idle)

    @property
    def scaled(self) -> ScaledObject:
        trigger = KafkaTrigger.of(self.metadata)
        return ScaledObject((trigger,), min_replicas=self.min_replicas, max_replicas=self.max_replicas)


def _trigger(threshold: int = 10, **more: str) -> dict[str, str]:
    return {"lagThreshold": str(threshold), "offsetResetPolicy": "earliest", **more}


LIMITED = {"limitToPartitionsWithLag": "true"}
SPREAD = (7,) * PARTITIONS

CASES = (
    Case("all is committed", _trigger(), 0, 0, is_active=False),
    Case("one record starts one", _trigger(), 1, 1, ends=(1,), current=0),
    Case("lag 84 of 16 each", _trigger(16), 84, 6, ends=SPREAD),
    Case("lag 84 of 5 each ends at the partitions", _trigger(5), 60, 12, ends=SPREAD),
    # 200 / 16 is cut off to 12, which is not more than 12 partitions, and the autoscaler rounds up.
    Case("the bound is crossed by less than one", _trigger(16), 200, 13, ends=(200,)),
    Case("a hot partition", _trigger(16, **LIMITED), 16, 1, ends=(200,)),
    Case("a hot partition below two thresholds gets two", _trigger(10, **LIMITED), 19, 2, ends=(19,)),
    Case("a hot partition within the tolerance gets one", _trigger(10, **LIMITED), 11, 1, ends=(11,)),
    Case("two hot partitions", _trigger(16, **LIMITED), 32, 2, ends=(100, 100)),
    # A process that works on 24 records and has none waiting.
    Case("records in flight ask for a second process", _trigger(20), 24, 2, ends=(30,), committed=(6,)),
    Case("records in flight below the threshold do not", _trigger(24), 24, 1, ends=(30,), committed=(6,)),
    Case("ten per cent too much is near enough", _trigger(20), 22, 1, ends=(22,)),
    Case("more than that is not", _trigger(20), 23, 2, ends=(23,)),
    Case("ten per cent too little is near enough", _trigger(10), 91, 10, ends=(91,), current=10),
    Case(
        "idle partitions without a commit, earliest", _trigger(), 0, 0, idle_committed=None, is_active=False
    ),
    Case(
        "idle partitions without a commit, latest, never reach zero",
        _trigger(offsetResetPolicy="latest"),
        PARTITIONS,
        2,
        idle_committed=None,
    ),
    Case(
        "idle partitions without a commit that are not to count",
        _trigger(offsetResetPolicy="latest", scaleToZeroOnInvalidOffset="true"),
        0,
        0,
        idle_committed=None,
        is_active=False,
    ),
    Case(
        "an expired log without a commit counts as if it was there",
        _trigger(),
        45,
        5,
        ends=(45,),
        committed=(None,),
        expired=frozenset({0}),
    ),
    Case(
        "records that expired before they were read count too",
        _trigger(),
        40,
        4,
        ends=(50,),
        committed=(10,),
        expired=frozenset({0}),
    ),
    Case(
        "lag at the activation threshold",
        _trigger(activationLagThreshold="5"),
        5,
        0,
        ends=(5,),
        is_active=False,
    ),
    Case(
        "lag above the activation threshold", _trigger(activationLagThreshold="5"), 6, 1, ends=(6,), current=0
    ),
    Case("even shares", _trigger(ensureEvenDistributionOfPartitions="true"), 60, 6, ends=(50,)),
    # Its group has committed what the topic does not reach any more.
    Case(
        "a topic that was made again",
        _trigger(),
        0,
        1,
        ends=(10,),
        committed=(40,),
        is_active=False,
        min_replicas=1,
        max_replicas=5,
    ),
    Case("idle consumers", _trigger(allowIdleConsumers="true"), 200, 20, ends=(200,)),
)
