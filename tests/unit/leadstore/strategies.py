"""Conversations as they may come: every kind of event, in any order, any number of times."""

from collections.abc import Callable
from uuid import UUID

from hypothesis import strategies as st

from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from contracts.values import Channel, Profile, Stage
from tests.unit.leadstore.builders import Story, Told, slot

Turn = CloudEvent[TurnReceived]
DEMOS = (UUID(int=1), UUID(int=2), UUID(int=3))

# Few different values, so that ties are common.
minutes = st.integers(0, 6).map(float)
stages = st.sampled_from(list(Stage))
sources: st.SearchStrategy[Channel] = st.sampled_from(["widget", "email"])
tokens = st.tuples(st.integers(0, 900), st.integers(0, 90))
costs = st.sampled_from([0.0, 0.001, 0.0125])
urls = st.sampled_from(["https://a.example", "https://b.example"])
profiles = st.builds(
    Profile,
    name=st.none() | st.builds(slot, st.sampled_from(["Ada", "Grace"])),
    team_size=st.none() | st.builds(slot, st.integers(1, 3)),
)


def _answered(draw: st.DrawFn, story: Story, turns: list[Turn]) -> Told:
    answered = draw(st.lists(st.sampled_from(turns), unique_by=id)) if turns else []
    return story.answered(
        *answered,
        minute=draw(minutes),
        stage=draw(stages),
        calendly_shown=draw(st.booleans()),
        tokens=draw(tokens),
        cost_usd=draw(costs),
        suggestions=draw(st.sampled_from([(), ("Yes", "No")])),
    )


def _drafted(draw: st.DrawFn, story: Story, _turns: list[Turn]) -> Told:
    revision, agent_name = draw(st.integers(1, 2)), draw(st.sampled_from("AB"))
    return story.drafted(
        draw(minutes),
        revision=revision,
        agent_name=agent_name,
        tokens=draw(tokens),
        cost_usd=draw(costs),
    )


def _moved(draw: st.DrawFn, story: Story, _turns: list[Turn]) -> Told:
    demo_id, to_demo_id = draw(st.permutations(DEMOS))[:2]
    return story.moved(demo_id, draw(minutes), to_demo_id=to_demo_id, starts=draw(minutes))


_TOLD: dict[str, Callable[[st.DrawFn, Story, list[Turn]], Told]] = {
    "answered": _answered,
    "advanced": lambda draw, story, _: story.advanced(draw(stages), draw(minutes)),
    "told": lambda draw, story, _: story.told(draw(profiles), draw(minutes)),
    "unanswered": lambda draw, story, _: story.unanswered(draw(st.sampled_from("AB")), draw(minutes)),
    "chose": lambda draw, story, _: story.chose(draw(st.sampled_from("AB")), draw(minutes)),
    "wants a person": lambda draw, story, _: story.wants_person(draw(minutes)),
    "closed": lambda draw, story, _: story.closed(
        draw(minutes), reason=draw(st.sampled_from(["declined", "stopped"]))
    ),
    "stalled": lambda draw, story, _: story.stalled(draw(minutes)),
    "erased": lambda draw, story, _: story.erased(draw(minutes)),
    "drafted": _drafted,
    "linked": lambda draw, story, _: story.linked(draw(minutes), url=draw(urls)),
    "booked": lambda draw, story, _: story.booked(
        draw(minutes), demo_id=draw(st.sampled_from(DEMOS)), starts=draw(minutes)
    ),
    "moved": _moved,
    "canceled": lambda draw, story, _: story.canceled(draw(st.sampled_from(DEMOS)), draw(minutes)),
}


@st.composite
def stories(draw: st.DrawFn, conversation_id: UUID) -> list[Told]:
    """All that is told of one conversation, in the order it was told in."""
    story = Story(conversation_id)
    turns = [story.turn(draw(minutes), source=draw(sources)) for _ in range(draw(st.integers(0, 3)))]
    failed = draw(st.lists(st.sampled_from(turns), unique_by=id, max_size=1)) if turns else []
    kinds = draw(st.lists(st.sampled_from(list(_TOLD)), max_size=8))
    told = [_TOLD[kind](draw, story, turns) for kind in kinds]
    return [*turns, story.started(draw(minutes)), *told, *(story.failed(turn) for turn in failed)]


@st.composite
def told_anyhow(draw: st.DrawFn) -> tuple[list[Told], list[list[Told]]]:
    """Conversations in their order, and the same again: shuffled, partly doubled, cut into batches."""
    ids = draw(st.lists(st.uuids(), min_size=1, max_size=2, unique=True))
    in_order = [event for conversation_id in ids for event in draw(stories(conversation_id))]
    doubled = draw(st.lists(st.sampled_from(in_order), max_size=6))
    shuffled = draw(st.permutations([*in_order, *doubled]))
    size = draw(st.integers(1, 7))
    return in_order, [list(shuffled[first : first + size]) for first in range(0, len(shuffled), size)]
