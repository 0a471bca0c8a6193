"""What a visitor has just written, beside what is stored: which turns are new."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from services.dialogue.domain import Conversation, Message, seems_unfinished, understand, with_messages
from services.dialogue.ports import Burst, Loaded, Outcome, Ports, TurnStatus


@dataclass(frozen=True, slots=True)
class BurstContext:
    """A burst beside what is stored: turns that have an outcome, turns that have none.

    A failure is no outcome here: a turn that comes again after it, as a dead letter may, is answered.
    """

    known: tuple[tuple[CloudEvent[TurnReceived], Outcome], ...]
    new: tuple[CloudEvent[TurnReceived], ...]
    loaded: Loaded
    conversation: Conversation

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the new turns say."""
        return tuple(Message(turn_id=turn.data.turn_id, text=turn.data.message) for turn in self.new)

    @property
    def turn_ids(self) -> tuple[UUID, ...]:
        """The new turns."""
        return tuple(turn.data.turn_id for turn in self.new)


async def load_burst(burst: Burst, ports: Ports) -> BurstContext:
    """Load what the turns need, once the visitor seems to have come to an end."""
    context = await _load(burst.events, ports)
    while _may_grow(context, ports) and await burst.grows_within(ports.burst_quiet_s):
        # Loaded anew, because a turn that came meanwhile may have been answered before a crash.
        context = await _load(burst.events, ports)
    return context


def _may_grow(context: BurstContext, ports: Ports) -> bool:
    messages = context.messages
    if not messages:
        return False
    conversation = with_messages(context.conversation, messages)
    newest = conversation.visitor_messages[-len(messages) :]
    return seems_unfinished(newest, understand(newest, conversation, ports.playbook))


async def _load(events: Sequence[CloudEvent[TurnReceived]], ports: Ports) -> BurstContext:
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
    return BurstContext(known, new, loaded, conversation)
