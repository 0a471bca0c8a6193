"""What a visitor has just said, beside what is stored: which turns are new, and what to do about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from services.dialogue.domain import Conversation, Message, Plan, plan_burst, seems_unfinished
from services.dialogue.ports import Burst, Loaded, Outcome, Ports, TurnStatus


@dataclass(frozen=True, slots=True)
class Heard:
    """A burst beside what is stored: turns that have an outcome, turns that have none, a plan for these.

    A failure is no outcome here: a turn that comes again after it, as a dead letter may, is answered.
    There is no plan while a result is awaited: the reply to everything comes with it.
    """

    known: tuple[tuple[CloudEvent[TurnReceived], Outcome], ...]
    new: tuple[CloudEvent[TurnReceived], ...]
    loaded: Loaded
    conversation: Conversation
    plan: Plan | None

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the new turns say."""
        return _messages(self.new)

    @property
    def turn_ids(self) -> tuple[UUID, ...]:
        """The new turns."""
        return tuple(turn.data.turn_id for turn in self.new)


async def hear_out(burst: Burst, ports: Ports) -> Heard:
    """What was said, once the visitor seems to have come to an end."""
    heard = await _hear(burst.events, ports)
    while heard.plan and seems_unfinished(heard.plan) and await burst.grows_within(ports.burst_quiet_s):
        # Loaded anew, because a turn that came meanwhile may have been answered before a crash.
        heard = await _hear(burst.events, ports)
    return heard


async def _hear(events: Sequence[CloudEvent[TurnReceived]], ports: Ports) -> Heard:
    # A turn that was published twice may stand beside itself; its first record stands for both.
    turns = {event.data.turn_id: event for event in reversed(events)}
    ids = tuple(dict.fromkeys(event.data.turn_id for event in events))
    data = events[0].data
    loaded = await ports.store.load(data.conversation_id, *ids)
    outcomes = {
        turn_id: outcome
        for turn_id, outcome in loaded.outcomes.items()
        if outcome.status is not TurnStatus.FAILED
    }
    known = tuple((turns[turn_id], outcomes[turn_id]) for turn_id in ids if turn_id in outcomes)
    new = tuple(turns[turn_id] for turn_id in ids if turn_id not in outcomes)
    conversation = loaded.conversation or Conversation.open(data.conversation_id, data.source)
    is_to_be_answered = new and conversation.awaiting is None
    plan = (
        plan_burst(conversation, _messages(new), ports.playbook, presumes=ports.voice is None)
        if is_to_be_answered
        else None
    )
    return Heard(known, new, loaded, conversation, plan)


def _messages(turns: Sequence[CloudEvent[TurnReceived]]) -> tuple[Message, ...]:
    return tuple(Message(turn_id=turn.data.turn_id, text=turn.data.message) for turn in turns)
