"""The tables are the same whatever order the topics come in, and however often a record comes."""

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from contracts.events import ConversationErased
from contracts.values import Profile, Stage
from services.leadstore.adapters import tables
from tests.integration.leadstore.conftest import Leadstore
from tests.unit.leadstore.builders import Story, Told, slot

EVERY_TABLE = ", ".join(table.fullname for table in tables.metadata.sorted_tables)
PROJECTED = [
    table for table in tables.metadata.sorted_tables if table not in (tables.outbox, tables.processed_event)
]
# How many batches it took, how much of what was said had come before it was to be erased, and when that was.
UNLIKE = {"version": 0, "deleted": {}, "due_at": None}
# Few different values, so that ties are common.
MINUTE = st.integers(0, 6).map(float)
STAGE = st.sampled_from(list(Stage))
REFUSED = {"refused": st.sampled_from([(), ("date", "link")])}
AB, PICKED = st.sampled_from("AB"), st.sampled_from([(), ("Yes", "No")])
DEMO = st.sampled_from([UUID(int=number) for number in (1, 2, 3)])
SPENT = {"spent": st.tuples(st.integers(0, 900), st.integers(0, 90), st.sampled_from([0.0, 0.001, 0.0125]))}
PROFILE = st.builds(
    Profile,
    name=st.none() | st.builds(slot, st.sampled_from(["Ada", "Grace"])),
    team_size=st.none() | st.builds(slot, st.integers(1, 3)),
)
# The parts of a story with what may be told in them; each has its minute as well.
PARTS: dict[str, dict[str, st.SearchStrategy[object]]] = {
    "advanced": {"to_stage": STAGE},
    "told": {"profile": PROFILE},
    "unanswered": {"question": AB},
    "chose": {"tier": AB},
    "wants_person": {},
    "closed": {"reason": st.sampled_from(["declined", "stopped"])},
    "stalled": {},
    "erased": {},
    "drafted": {"revision": st.integers(1, 2), "agent_name": AB, **SPENT},
    "linked": {"url": st.sampled_from(["https://a.example", "https://b.example"])},
    "booked": {"demo_id": DEMO, "starts": MINUTE},
    "moved": {"demo_id": DEMO, "to_demo_id": DEMO, "starts": MINUTE},
    "canceled": {"demo_id": DEMO},
    "missed": {"demo_id": DEMO, "is_taken_back": st.booleans()},
    "answered": {
        "stage": STAGE,
        "calendly_shown": st.booleans(),
        "suggestions": PICKED,
        **REFUSED,
        **SPENT,
    },
}


@st.composite
def stories(draw: st.DrawFn, conversation_id: UUID) -> list[Told]:
    """All that is told of one conversation, in the order it was told in."""
    story = Story(conversation_id)
    sources = st.sampled_from(["widget", "email"])
    turns = [story.turn(draw(MINUTE), source=draw(sources)) for _ in range(draw(st.integers(0, 3)))]
    some = st.lists(st.sampled_from(turns), unique_by=id) if turns else st.just([])
    told = [story.started(draw(MINUTE))]
    for part in draw(st.lists(st.sampled_from(list(PARTS)), max_size=8)):
        fields = {name: draw(field) for name, field in PARTS[part].items()}
        if part == "erased" and any(isinstance(event.data, ConversationErased) for event in told):
            # Dialogue tells of it once.
            continue
        if part == "moved" and fields["demo_id"] == fields["to_demo_id"]:
            continue
        answered = draw(some) if part == "answered" else []
        told.append(getattr(story, part)(*answered, minute=draw(MINUTE), **fields))
    return [*turns, *told, *(story.failed(turn) for turn in draw(some)[:1])]


@st.composite
def told_anyhow(draw: st.DrawFn) -> tuple[list[Told], list[list[Told]]]:
    """Conversations in their order, and the same again: shuffled, partly doubled, cut into batches."""
    ids = draw(st.lists(st.uuids(), min_size=1, max_size=2, unique=True))
    in_order = [event for conversation_id in ids for event in draw(stories(conversation_id))]
    doubled = draw(st.lists(st.sampled_from(in_order), max_size=6))
    shuffled = draw(st.permutations([*in_order, *doubled]))
    size = draw(st.integers(1, 7))
    return in_order, [list(shuffled[first : first + size]) for first in range(0, len(shuffled), size)]


async def tables_after(leadstore: Leadstore, batches: list[list[Told]], *, forgetful: bool) -> dict[str, Any]:
    """What the tables hold, but for what depends on the batches."""
    async with leadstore.engine.begin() as connection:
        await connection.execute(sa.text(f"TRUNCATE {EVERY_TABLE}"))
    for batch in batches:
        await leadstore.project(*batch, forgetful=forgetful)
    rows = {table.name: await leadstore.rows(table) for table in PROJECTED}
    return {name: sorted(repr(row | UNLIKE) for row in found) for name, found in rows.items()}


# On a database it would take minutes to make a failing example smaller.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
UNCHECKED = [HealthCheck.function_scoped_fixture]


@pytest.mark.slow
@settings(max_examples=25, deadline=None, phases=PHASES, suppress_health_check=UNCHECKED)
@given(told=told_anyhow())
@pytest.mark.parametrize("forgetful", [False, True])
async def test_any_order_any_batches_and_any_doubles_give_the_same_tables(
    told: tuple[list[Told], list[list[Told]]], leadstore: Leadstore, forgetful: bool
) -> None:
    in_order, batches = told
    anyhow = await tables_after(leadstore, batches, forgetful=forgetful)
    assert anyhow == await tables_after(leadstore, [in_order], forgetful=False)
