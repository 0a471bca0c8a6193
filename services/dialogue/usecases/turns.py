"""The turns that are to be answered, beside what is stored of their conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from contracts.values import Payers
from playbook.reading import seems_unfinished, understand
from playbook.reading.meaning import Understanding
from playbook.reading.talk import Message
from services.dialogue.domain.changes import Loaded, Outcome, TurnStatus
from services.dialogue.domain.conversation import Conversation, with_messages
from services.dialogue.ports import Burst, Ports

Turn = CloudEvent[TurnReceived]


@dataclass(frozen=True, slots=True)
class Turns:
    """A burst beside what is stored: turns that have an outcome, turns that have none.

    A failure is no outcome here: a turn that comes again after it, as a dead letter may, is answered.
    """

    known: tuple[tuple[Turn, Outcome], ...]
    new: tuple[Turn, ...]
    loaded: Loaded
    conversation: Conversation
    cause: UUID
    began_at: datetime

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the new turns say."""
        return tuple(map(message_of, self.new))

    @property
    def open_ids(self) -> tuple[UUID, ...]:
        """The turns that a person left open; they are answered with the new ones."""
        return self.conversation.open_turn_ids

    @property
    def turn_ids(self) -> tuple[UUID, ...]:
        """The turns to answer, the newest last."""
        return (*self.open_ids, *(turn.data.turn_id for turn in self.new))

    @property
    def payers(self) -> Payers | None:
        """Who pays for what is requested for the new turns."""
        return self.new[0].data.payers if self.new else None

    @property
    def asking(self) -> UUID:
        """The turn whose reply stream is written while the reply is made."""
        return self.turn_ids[len(self.open_ids) if self.new else 0]


async def load_burst(burst: Burst, ports: Ports) -> tuple[Turns, Ports]:
    """Load what the turns need, once the visitor seems to have come to an end, and what they are told by."""
    turns, ports = await _load(burst.events, ports)
    while _may_grow(turns, ports) and await burst.grows_within(ports.burst_quiet_s):
        # Loaded anew, because a turn that came meanwhile may have been answered before a crash.
        turns, ports = await _load(burst.events, ports)
    return turns, ports


async def _load(events: Sequence[Turn], ports: Ports) -> tuple[Turns, Ports]:
    # A turn that was published twice may stand beside itself; its first record stands for both.
    turns = dict[UUID, Turn]()
    for event in events:
        turns.setdefault(event.data.turn_id, event)
    data = events[0].data
    loaded, ports = await ports.load(data.conversation_id, *turns)
    failed = TurnStatus.FAILED
    outcomes = {each: found for each, found in loaded.outcomes.items() if found.status is not failed}
    first = next((turn for each, turn in turns.items() if each not in outcomes), events[0])
    found = Turns(
        known=tuple((turns[each], outcomes[each]) for each in turns if each in outcomes),
        new=tuple(turns[each] for each in turns if each not in outcomes),
        loaded=loaded,
        conversation=loaded.conversation or Conversation.open(data.conversation_id, data.source),
        cause=first.id,
        began_at=first.time,
    )
    return found, ports


def _may_grow(turns: Turns, ports: Ports) -> bool:
    if not turns.new:
        return False
    conversation = with_messages(turns.conversation, turns.messages)
    newest = conversation.visitor_messages[-len(turns.new) :]
    # Most messages are whole whatever they mean, so they are not read for this.
    return seems_unfinished(newest, Understanding(intents=())) and seems_unfinished(
        newest, understand(newest, conversation, ports.playbook)
    )


def message_of(event: Turn) -> Message:
    return Message(turn_id=event.data.turn_id, text=event.data.message)
