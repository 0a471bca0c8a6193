"""How many replicas a backlog gets: KEDA's Kafka trigger, and the HorizontalPodAutoscaler behind it.

KEDA 2.20 measures (`pkg/scalers/kafka_scaler.go`, getLagForPartition and getTotalLag), starts the first
replica and stops the last (`pkg/scaling/executor/scale_scaledobjects.go`, RequestScale), and stands in for a
metric it cannot get (`pkg/fallback/fallback.go`). Kubernetes' autoscaler does all between the first and the
last (1.35: `pkg/controller/podautoscaler/replica_calculator.go`, GetExternalPerPodMetricReplicas).

Lag is what is not committed: records that a process is working on count like those that wait. How fast the
autoscaler may go (`behavior`) and how long KEDA waits before it stops the last replica (`cooldownPeriod`) are
left out: what is computed here is where both arrive if the backlog stays as it is. `make test-cluster` asks
both, as they run, for every case of tests/support/keda_cases.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isqrt
from typing import Any, Literal, cast

OffsetResetPolicy = Literal["latest", "earliest"]
FallbackBehavior = Literal["static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower"]

# --horizontal-pod-autoscaler-tolerance, unless it is set: a metric so near to its target changes nothing.
TOLERANCE = 0.1
_DEFAULT_MAX_REPLICAS = 100


@dataclass(frozen=True, slots=True)
class Partition:
    """The offsets of one partition: its end, what the group has committed, and had at the last poll.

    `committed` is None before the first commit. The end is that of the log: where older records are gone, the
    first of those that are left is not asked for.
    """

    end: int
    committed: int | None = None
    committed_before: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What the trigger tells the autoscaler, and whether KEDA keeps a replica for it."""

    metric: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class KafkaTrigger:
    """A trigger of type `kafka`, with KEDA's own defaults."""

    lag_threshold: int = 10
    activation_lag_threshold: int = 0
    offset_reset_policy: OffsetResetPolicy = "latest"
    allow_idle_consumers: bool = False
    exclude_persistent_lag: bool = False
    scale_to_zero_on_invalid_offset: bool = False
    limit_to_partitions_with_lag: bool = False
    ensure_even_distribution_of_partitions: bool = False

    @classmethod
    def of(cls, metadata: Mapping[str, str]) -> "KafkaTrigger":
        """The trigger that a manifest describes; what says where Kafka is is left out."""
        policy = metadata.get("offsetResetPolicy", "latest")
        return cls(
            lag_threshold=int(metadata.get("lagThreshold", "10")),
            activation_lag_threshold=int(metadata.get("activationLagThreshold", "0")),
            offset_reset_policy=cast(OffsetResetPolicy, policy),
            **{
                field: metadata.get(key, "false") == "true"
                for field, key in (
                    ("allow_idle_consumers", "allowIdleConsumers"),
                    ("exclude_persistent_lag", "excludePersistentLag"),
                    ("scale_to_zero_on_invalid_offset", "scaleToZeroOnInvalidOffset"),
                    ("limit_to_partitions_with_lag", "limitToPartitionsWithLag"),
                    ("ensure_even_distribution_of_partitions", "ensureEvenDistributionOfPartitions"),
                )
            },
        )

    def measure(self, partitions: Sequence[Partition]) -> Measured:
        """The lag as the autoscaler is told it, over all partitions of the topic."""
        lags = [self._lag(partition) for partition in partitions]
        metric = self._bounded(
            sum(scaling for scaling, _ in lags), len(lags), sum(scaling > 0 for scaling, _ in lags)
        )
        # A negative lag, where a group has committed more than there is, reaches the autoscaler as none.
        return Measured(max(metric, 0), sum(whole for _, whole in lags) > self.activation_lag_threshold)

    def _lag(self, partition: Partition) -> tuple[int, int]:
        """The lag that adds replicas, and the one that keeps the first."""
        if partition.committed is None:
            if self.scale_to_zero_on_invalid_offset:
                return 0, 0
            lag = 1 if self.offset_reset_policy == "latest" else partition.end
            return lag, lag
        lag = partition.end - partition.committed
        stands_still = partition.committed == partition.committed_before
        return (0 if self.exclude_persistent_lag and stands_still else lag), lag

    def _bounded(self, lag: int, partitions: int, with_lag: int) -> int:
        """The lag of no more replicas than could have a partition each.

        KEDA divides whole numbers here, so a bound of one lets through up to two thresholds, less one.
        """
        if self.allow_idle_consumers:
            return lag
        if self.ensure_even_distribution_of_partitions:
            lag = self.lag_threshold * next(
                (each for each in _factors(partitions) if each * self.lag_threshold >= lag), partitions
            )
        bound = with_lag if self.limit_to_partitions_with_lag else partitions
        # Go cuts off towards zero, and an offset that was committed beyond the end makes the lag negative.
        return bound * self.lag_threshold if int(lag / self.lag_threshold) > bound else lag


@dataclass(frozen=True, slots=True)
class Fallback:
    """What is taken for the metric once it could not be had more often than `failure_threshold` in a row."""

    failure_threshold: int
    replicas: int
    behavior: FallbackBehavior = "static"

    def metric(self, current: int, threshold: int) -> int:
        """The metric of as many replicas as the behavior wants."""
        match self.behavior:
            case "currentReplicas":
                wanted = current
            case "currentReplicasIfHigher":
                wanted = max(current, self.replicas)
            case "currentReplicasIfLower":
                wanted = min(current, self.replicas)
            case _:
                wanted = self.replicas
        return wanted * threshold


@dataclass(frozen=True, slots=True)
class ScaledObject:
    """One service's ScaledObject, whose triggers all are of type `kafka`."""

    triggers: tuple[KafkaTrigger, ...]
    min_replicas: int = 0
    max_replicas: int = _DEFAULT_MAX_REPLICAS
    fallback: Fallback | None = None

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> "ScaledObject":
        """The ScaledObject of a manifest, as the chart renders it; triggers of other types are left out."""
        spec = manifest["spec"]
        fallback = spec.get("fallback")
        return cls(
            tuple(KafkaTrigger.of(each["metadata"]) for each in spec["triggers"] if each["type"] == "kafka"),
            min_replicas=spec.get("minReplicaCount", 0),
            max_replicas=spec.get("maxReplicaCount", _DEFAULT_MAX_REPLICAS),
            fallback=fallback
            and Fallback(
                fallback["failureThreshold"], fallback["replicas"], fallback.get("behavior", "static")
            ),
        )

    def replicas(self, backlogs: Sequence[Sequence[Partition]], current: int) -> int:
        """How many replicas `current` ones become while the backlogs, one a trigger, stay as they are."""
        measured = [
            trigger.measure(backlog) for trigger, backlog in zip(self.triggers, backlogs, strict=True)
        ]
        if not any(each.is_active for each in measured):
            return self._settled([each.metric for each in measured], current) if self.min_replicas else 0
        return self._settled([each.metric for each in measured], max(current, self.min_replicas, 1))

    def replicas_without_metric(self, current: int, failures: int) -> int:
        """How many replicas `current` ones become when every trigger has failed so often in a row."""
        if self.fallback is None or failures <= self.fallback.failure_threshold:
            return current
        metrics = [self.fallback.metric(current, trigger.lag_threshold) for trigger in self.triggers]
        return self._settled(metrics, max(current, self.min_replicas, 1))

    def _settled(self, metrics: Sequence[int], current: int) -> int:
        """Where the autoscaler arrives; it is asked again with what it answered until it answers the same."""
        lowest = max(self.min_replicas, 1)
        while True:
            asked = max(current, lowest)
            each = (
                per_pod(metric, trigger.lag_threshold, asked)
                for metric, trigger in zip(metrics, self.triggers, strict=True)
            )
            wanted = min(max(*each, lowest), self.max_replicas)
            if wanted == current:
                return wanted
            current = wanted


def per_pod(metric: int, threshold: int, current: int, tolerance: float = TOLERANCE) -> int:
    """How many replicas the autoscaler wants for a metric with an AverageValue, when there are `current`."""
    ratio = metric / (threshold * current)
    if 1.0 - tolerance <= ratio <= 1.0 + tolerance:
        return current
    return ceil(metric / threshold)


def _factors(number: int) -> list[int]:
    """The divisors of a number, the smallest first."""
    small = [each for each in range(1, isqrt(number) + 1) if number % each == 0]
    return sorted({*small, *(number // each for each in small)})
