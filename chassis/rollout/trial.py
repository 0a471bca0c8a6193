"""The trial of a new version beside the one in use, in all processes at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final, Protocol, Self
from uuid import UUID

import structlog

from chassis import metrics
from chassis.errors import TransientError
from chassis.rollout.trial_store import Counted, Standing
from chassis.rollout.verdict import Measure, Tally, is_clearly_worse

logger = structlog.get_logger()

LOOK_EVERY_S: Final = 5.0
"""A process adds what it counted, and learns what the others did, this often."""


class TrialStore(Protocol):
    """What all processes know of trials. Every method raises a TransientError: try again."""

    async def add(self, candidate: str, counted: Mapping[Counted, Tally]) -> None:
        """Begin the trial if it is new, and add to what was counted."""

    async def standing(self, candidate: str | None) -> Standing:
        """What was counted of a candidate, and who was withdrawn."""

    async def withdraw(self, candidate: str, reason: str) -> bool:
        """Withdraw a candidate for all processes; whether it was not before."""


class Trial:
    """Gives a share of what begins the candidate, and withdraws it when it does clearly worse.

    Enter it before anything begins: it then knows who was withdrawn. `look` has to be repeated.

    Args:
        store: what all processes know.
        stable: the version in use, by its digest.
        candidate: the version on trial; None when there is none.
        share: of what begins, how much is given the candidate; 0 to 1.
        measures: what is counted.
    """

    def __init__(
        self,
        store: TrialStore,
        *,
        stable: str,
        candidate: str | None,
        share: float,
        measures: Sequence[Measure],
    ) -> None:
        self._store = store
        self._stable = stable
        # Who is tried against itself is not on trial.
        self._candidate = None if candidate == stable else candidate
        self._share = share
        self._measures = measures
        self._counted = defaultdict[Counted, Tally](Tally)
        self._withdrawn: Mapping[str, str] = {}

    async def __aenter__(self) -> Self:
        await self.look()
        return self

    async def __aexit__(self, *_: object) -> None:
        """What was counted since the last look is lost."""

    def version_for(self, subject: UUID) -> str:
        """The version that a subject begins with: the same in every process."""
        part = int.from_bytes(blake2b(subject.bytes, digest_size=8).digest()) / 2**64
        is_part = self._candidate is not None and part < self._share
        return (
            self._candidate
            if self._candidate and is_part and self.may_go_on(self._candidate)
            else self._stable
        )

    def may_go_on(self, version: str) -> bool:
        """Whether a version was not withdrawn; the one in use never is."""
        return version == self._stable or version not in self._withdrawn

    def count(self, version: str, measure: str, *, faults: int = 0) -> None:
        """Count one chance of a version, and its faults."""
        if self._candidate is not None:
            self._counted[version, measure] += Tally(faults, 1)

    async def look(self) -> None:
        """Add what was counted here, learn what the others counted, and withdraw the candidate if need be.

        Raises:
            TransientError: not all is done; look again.
        """
        candidate = self._candidate
        if candidate is not None:
            await self._add(candidate)
        standing = await self._store.standing(candidate)
        self._withdrawn = standing.withdrawn
        if candidate is None:
            return
        for measure in self._measures:
            tested, beside = _compared(standing, candidate, measure)
            _export(measure, tested, beside)
            if candidate not in self._withdrawn and is_clearly_worse(tested, beside, measure):
                await self._withdraw(candidate, measure, tested, beside)
        metrics.TRIAL_WITHDRAWN.set(candidate in self._withdrawn)

    async def _add(self, candidate: str) -> None:
        added, self._counted = self._counted, defaultdict(Tally)
        try:
            await self._store.add(candidate, added)
        except TransientError:
            for counted, tally in added.items():
                self._counted[counted] += tally
            raise

    async def _withdraw(self, candidate: str, measure: Measure, tested: Tally, beside: Tally) -> None:
        is_first = await self._store.withdraw(candidate, measure.name)
        self._withdrawn = {**self._withdrawn, candidate: measure.name}
        if is_first:
            logger.error(
                "version_withdrawn",
                version=candidate,
                measure=measure.name,
                faults=tested.faults,
                chances=tested.chances,
                stable_faults=beside.faults,
                stable_chances=beside.chances,
            )


def _compared(standing: Standing, candidate: str, measure: Measure) -> tuple[Tally, Tally]:
    """What was counted of the candidate, and of all that was beside it."""
    of_measure = {version: each for (version, name), each in standing.counted.items() if name == measure.name}
    tested = of_measure.pop(candidate, Tally())
    return tested, sum(of_measure.values(), Tally())


def _export(measure: Measure, tested: Tally, beside: Tally) -> None:
    for version, counted in (("candidate", tested), ("stable", beside)):
        metrics.TRIAL_FAULTS.labels(version, measure.name).set(counted.faults)
        metrics.TRIAL_CHANCES.labels(version, measure.name).set(counted.chances)
