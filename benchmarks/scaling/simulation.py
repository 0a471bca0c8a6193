"""Turns, partitions and processes over time, in steps of a second: what KEDA does with a day's load.

Turns come at random (Poisson) to random partitions. A process works on as many at once as it may, spends its
share of a core on each, and waits for the model meanwhile. KEDA and the autoscaler are those of `keda.py`,
with the chart's behavior. The random numbers are the same in every run.
"""

import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from benchmarks.scaling.keda import KafkaTrigger, Partition, ScaledObject

Load = Callable[[int], float]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of consumers. Times in seconds.

    Attributes:
        turns_per_s: what the CPU of one process can do.
        at_once: how many turns one process works on.
        turn_s: how long one turn is worked on.
        start_s: from a pod that is wanted to a member of the group.
        pause_s: how long nobody reads while the group divides its partitions anew.
    """

    partitions: int
    turns_per_s: float
    at_once: int
    turn_s: int
    start_s: int
    pause_s: int


@dataclass(frozen=True, slots=True)
class Scaling:
    """The chart's ScaledObject of the group, in numbers. Times in seconds."""

    lag_threshold: int
    min_replicas: int
    max_replicas: int
    polling_s: int = 10
    up: int = 4
    up_every_s: int = 15
    down_every_s: int = 60
    settle_s: int = 300

    @property
    def scaled_object(self) -> ScaledObject:
        """What decides how many replicas a backlog gets."""
        trigger = KafkaTrigger(
            self.lag_threshold, offset_reset_policy="earliest", limit_to_partitions_with_lag=True
        )
        return ScaledObject((trigger,), min_replicas=self.min_replicas, max_replicas=self.max_replicas)


@dataclass(slots=True)
class Outcome:
    """What happened. Waits are in seconds; replicas and lag are those of each second."""

    waits: list[int] = field(default_factory=list)
    replicas: list[int] = field(default_factory=list)
    lag: list[int] = field(default_factory=list)
    rebalances: int = 0

    def wait(self, share: float) -> int:
        """The wait that this share of the turns did not exceed; 0 within a second."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else 0

    @property
    def replica_hours(self) -> float:
        """How long how many processes ran."""
        return sum(self.replicas) / 3600


class Simulation:
    """One group under one load."""

    def __init__(self, group: Group, scaling: Scaling, load: Load, *, seed: int = 1) -> None:
        self._group, self._scaling, self._load = group, scaling, load
        self._scaled = scaling.scaled_object
        self._random = random.Random(seed)
        self._queues: list[deque[int]] = [deque() for _ in range(group.partitions)]
        # Turns in work, by the second in which they end.
        self._in_work: list[deque[int]] = [deque() for _ in range(group.partitions)]
        self._members = scaling.min_replicas
        self._starting: deque[int] = deque()
        self._paused_until = 0
        self._wanted: deque[tuple[int, int]] = deque()
        self._last_change = -math.inf
        self.outcome = Outcome()

    def run(self, seconds: int, *, unseen: int = 0) -> Outcome:
        """Let so much time pass, and tell nothing of the first seconds, in which the replicas settle."""
        for now in range(seconds):
            if now == unseen:
                self.outcome = Outcome()
            self._arrive(now)
            self._join(now)
            for ended in self._in_work:
                while ended and ended[0] <= now:
                    ended.popleft()
            if now >= self._paused_until:
                self._work(now)
            if now % self._scaling.polling_s == 0:
                self._scale(now)
            self.outcome.replicas.append(self._members + len(self._starting))
            self.outcome.lag.append(sum(self._lags()))
        return self.outcome

    def _arrive(self, now: int) -> None:
        for _ in range(_poisson(self._load(now), self._random)):
            self._queues[self._random.randrange(self._group.partitions)].append(now)

    def _join(self, now: int) -> None:
        while self._starting and self._starting[0] <= now:
            self._starting.popleft()
            self._members += 1
            self._rebalance(now)

    def _rebalance(self, now: int) -> None:
        self._paused_until = now + self._group.pause_s
        self.outcome.rebalances += 1

    def _work(self, now: int) -> None:
        for first, last in pairwise(self._bounds()):
            mine = range(first, last)
            free = self._group.at_once - sum(len(self._in_work[each]) for each in mine)
            budget = min(free, self._share_of_cpu())
            self._take(mine, budget, now)

    def _bounds(self) -> list[int]:
        """Where each process's partitions begin: ranges, as the range assignor makes them."""
        partitions, members = self._group.partitions, min(self._members, self._group.partitions)
        return [partitions * each // members for each in range(members + 1)]

    def _share_of_cpu(self) -> int:
        """How many turns a process can begin within this second."""
        whole = math.floor(self._group.turns_per_s)
        return whole + (self._random.random() < self._group.turns_per_s - whole)

    def _take(self, mine: range, budget: int, now: int) -> None:
        """Begin turns, the longest waiting first."""
        for _ in range(budget):
            waiting = [each for each in mine if self._queues[each]]
            if not waiting:
                return
            first = min(waiting, key=lambda each: self._queues[each][0])
            self.outcome.waits.append(now - self._queues[first].popleft())
            self._in_work[first].append(now + self._group.turn_s)

    def _lags(self) -> list[int]:
        return [len(queue) + len(work) for queue, work in zip(self._queues, self._in_work, strict=True)]

    def _scale(self, now: int) -> None:
        current = self._members + len(self._starting)
        backlog = [Partition(end=lag, committed=0) for lag in self._lags()]
        wanted = self._scaled.replicas([backlog], current)
        self._wanted.append((now, wanted))
        while self._wanted[0][0] < now - self._scaling.settle_s:
            self._wanted.popleft()
        if wanted > current and now - self._last_change >= self._scaling.up_every_s:
            more = min(wanted - current, self._scaling.up)
            self._starting.extend([now + self._group.start_s] * more)
            self._last_change = now
        elif (
            # The autoscaler goes down to the highest that it wanted of late, one step at a time.
            max(each for _, each in self._wanted) < current
            and now - self._last_change >= self._scaling.down_every_s
            and not self._starting
        ):
            self._members -= 1
            self._last_change = now
            self._rebalance(now)


def _poisson(mean: float, chance: random.Random) -> int:
    """A Poisson number: Knuth's product for few, the normal approximation for many."""
    if mean > 50:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, chance.random()
    while product > limit:
        count += 1
        product *= chance.random()
    return count
