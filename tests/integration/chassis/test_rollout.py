"""Versions and trials in PostgreSQL, as all processes see them."""

import json
import runpy
import sys
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.rollout import Measure, PostgresShelf, PostgresTrials, Tally, Trial
from chassis.rollout.__main__ import run
from chassis.rollout.tables import metadata
from tests.support.schemas import emptied

REFUSED = Measure("refused", usual=Tally(1, 20))


@pytest.fixture(scope="module")
def migrated_url(database_url: str) -> str:
    """By the one job that a cluster has for schemas that no service owns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", database_url)
        patch.setattr(sys, "argv", ["migrations"])
        runpy.run_module("chassis.data_keys.migrations", run_name="__main__")
    return database_url


@pytest.fixture
async def engine(migrated_url: str) -> AsyncIterator[AsyncEngine]:
    async with emptied(migrated_url, metadata) as engine:
        yield engine


async def test_a_version_is_kept_as_it_was_first(engine: AsyncEngine):
    shelf = PostgresShelf(engine)
    await shelf.keep({"a": "first", "b": "other"})
    await shelf.keep({"a": "again"})

    assert [await shelf.find(digest) for digest in "abc"] == ["first", "other", None]


async def test_processes_add_up_what_they_count_and_one_of_them_withdraws(engine: AsyncEngine):
    processes = [
        Trial(PostgresTrials(engine), stable="old", candidate="new", share=0.5, measures=(REFUSED,))
        for _ in range(2)
    ]
    for trial in processes:
        for _ in range(5):
            trial.count("new", "refused", faults=2)
        trial.count("old", "refused")
    for trial in (*processes, processes[0]):
        await trial.look()

    standing = await PostgresTrials(engine).standing("new")
    assert standing.counted == {("new", "refused"): Tally(20, 10), ("old", "refused"): Tally(0, 2)}
    assert standing.withdrawn == {"new": "refused"}
    assert not any(trial.may_go_on("new") for trial in processes)


async def test_an_operator_sees_ends_and_resets_a_trial(
    engine: AsyncEngine, migrated_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DATABASE_URL", migrated_url)
    await PostgresTrials(engine).add("new", {("old", "refused"): Tally(1, 9)})

    shown = json.loads(await run("withdraw", "new"))

    assert shown["withdrawn_for"] == "operator"
    assert shown["counted"] == [{"version": "old", "measure": "refused", "faults": 1, "chances": 9}]
    assert await run("reset", "new") == ""
    assert (await PostgresTrials(engine).standing("new")).withdrawn == {}
