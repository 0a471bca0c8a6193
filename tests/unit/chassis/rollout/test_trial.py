"""A trial: who begins with the candidate, and how all processes learn that it was withdrawn."""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest

from chassis.postgres import DatabaseUnavailable
from chassis.rollout import Measure, Tally, Trial
from chassis.rollout.trial_store import Counted, Standing

REFUSED = Measure("refused", usual=Tally(1, 20))
DROPPED = Measure("dropped")


class FakeTrials:
    """What all processes know, in memory."""

    def __init__(self) -> None:
        self.counted: dict[Counted, Tally] = {}
        self.withdrawn: dict[str, str] = {}
        self.is_away = False

    async def add(self, candidate: str, counted: Mapping[Counted, Tally]) -> None:
        if self.is_away:
            raise DatabaseUnavailable("away")
        for each, tally in counted.items():
            self.counted[each] = self.counted.get(each, Tally()) + tally

    async def standing(self, candidate: str | None) -> Standing:
        return Standing(dict(self.counted), dict(self.withdrawn))

    async def withdraw(self, candidate: str, reason: str) -> bool:
        return self.withdrawn.setdefault(candidate, reason) == reason


@pytest.fixture
def store() -> FakeTrials:
    return FakeTrials()


def a_trial(store: FakeTrials, *, share: float = 0.5, candidate: str | None = "new") -> Trial:
    return Trial(store, stable="old", candidate=candidate, share=share, measures=(REFUSED, DROPPED))


def refuse(trial: Trial, sentences: int) -> None:
    for _ in range(sentences // 2):
        trial.count("new", "refused", faults=2)


async def test_a_share_begins_with_the_candidate_the_same_in_every_process(store: FakeTrials):
    one, other = a_trial(store, share=0.25), a_trial(store, share=0.25)
    subjects = [uuid4() for _ in range(2_000)]

    begun = Counter(one.version_for(subject) for subject in subjects)

    assert 400 < begun["new"] < 600
    assert all(one.version_for(subject) == other.version_for(subject) for subject in subjects)


@pytest.mark.parametrize("candidate", [None, "old"])
async def test_without_another_version_nothing_is_tried_or_counted(store: FakeTrials, candidate: str | None):
    trial = a_trial(store, share=1.0, candidate=candidate)
    trial.count("old", "refused", faults=100)
    await trial.look()

    assert trial.version_for(UUID(int=1)) == "old"
    assert store.counted == {}


async def test_the_twentieth_fault_withdraws_it_in_both_processes_within_two_looks(store: FakeTrials):
    one, other = a_trial(store, share=1.0), a_trial(store, share=1.0)
    refuse(one, 10)
    refuse(other, 8)
    await one.look()
    await other.look()
    assert one.version_for(UUID(int=1)) == other.version_for(UUID(int=1)) == "new"

    refuse(other, 2)
    await other.look()
    await one.look()

    assert store.withdrawn == {"new": "refused"}
    assert one.version_for(UUID(int=1)) == other.version_for(UUID(int=1)) == "old"
    assert not one.may_go_on("new")
    assert one.may_go_on("old")


async def test_conversations_that_go_silent_withdraw_it_too(store: FakeTrials):
    trial = a_trial(store)
    for _ in range(40):
        trial.count("new", "dropped", faults=1)
        trial.count("old", "dropped")
    await trial.look()

    assert store.withdrawn == {"new": "dropped"}


async def test_a_process_that_starts_later_knows_it_before_anything_begins(store: FakeTrials):
    store.withdrawn = {"new": "operator", "older": "refused"}
    async with a_trial(store, share=1.0) as trial:
        assert trial.version_for(UUID(int=1)) == "old"
        assert not trial.may_go_on("older")


async def test_what_was_counted_while_the_store_was_away_is_added_later(store: FakeTrials):
    trial = a_trial(store)
    trial.count("new", "refused", faults=3)
    store.is_away = True
    with pytest.raises(DatabaseUnavailable):
        await trial.look()
    store.is_away = False
    trial.count("new", "refused", faults=1)
    await trial.look()

    assert store.counted == {("new", "refused"): Tally(4, 2)}
