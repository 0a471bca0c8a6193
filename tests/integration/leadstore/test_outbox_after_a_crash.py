"""A lead change is told once, whatever dies between the commit and the broker."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from contracts.cloudevent import CloudEvent
from contracts.events import LeadChanged
from services.leadstore.adapters import tables
from services.leadstore.usecases import project_events
from tests.integration.leadstore.conftest import Leadstore
from tests.unit.leadstore.builders import NOON, Story, Told


class Killed(Exception):
    """Stands for the process dying."""


class DyingLeads:
    """A process that dies when it is about to publish."""

    async def publish(self, events: Sequence[CloudEvent[LeadChanged]]) -> None:
        raise Killed


async def killed_before_publishing(leadstore: Leadstore, *events: Told, ago_s: float = 0) -> None:
    with pytest.raises(Killed):
        await project_events(events, leadstore.store, DyingLeads(), leadstore.notifier, clock=lambda: NOON)
    table = tables.outbox
    async with leadstore.engine.begin() as connection:
        await connection.execute(
            table.update().values(stored_at=table.c.stored_at - timedelta(seconds=ago_s))
        )


@pytest.mark.parametrize(
    ("ago_s", "changed", "unsent"),
    [
        pytest.param(
            10,
            ("status", "stage", "source", "started_at", "proposal", "tier"),
            2,
            id="one that was left behind is replaced",
        ),
        pytest.param(0, ("status", "proposal", "tier"), 3, id="one that is just being published stays"),
    ],
)
async def test_a_newer_change_takes_the_place_of_an_older_one_only_when_nobody_publishes_it(
    leadstore: Leadstore, ago_s: float, changed: tuple[str, ...], unsent: int
) -> None:
    story, other = Story(), Story()
    await killed_before_publishing(leadstore, story.turn(0), other.turn(0), ago_s=ago_s)

    (published,) = await leadstore.project(story.drafted(2))

    assert published.data.changed == changed
    rows = [row for row in await leadstore.rows(tables.outbox) if row["sent_at"] is None]
    assert len(rows) == unsent
