"""A turn that can never be answered: say so to the visitor, and to everyone who reads our events."""

from contracts.cloudevent import CloudEvent
from contracts.events import ConversationStarted, TurnFailed, TurnReceived
from services.dialogue.domain import Conversation, Message, following_language, say_failure, with_reply
from services.dialogue.ports import Outcome, Ports, TurnStatus
from services.dialogue.usecases.ledger import Ledger
from services.dialogue.usecases.telling import tell


async def admit_failure(event: CloudEvent[TurnReceived], reason: str, ports: Ports) -> None:
    """Settle a parked turn. A turn that has an outcome already keeps it.

    Raises:
        TransientError: nothing was stored; admit it again.
    """
    turn = event.data
    loaded = await ports.store.load(turn.conversation_id, turn.turn_id)
    if loaded.outcomes:
        return
    conversation = loaded.conversation or Conversation.open(turn.conversation_id, turn.source)
    ledger = Ledger(event.id, loaded, ports.clock())
    if loaded.conversation is None:
        ledger.record(ConversationStarted(conversation_id=turn.conversation_id, source=turn.source))
    ledger.record(TurnFailed(conversation_id=turn.conversation_id, turn_id=turn.turn_id, reason=reason))
    # What was said first may already tell in which language to be sorry.
    heard = following_language(conversation, turn.message, turn.turn_id, ports.playbook)
    reply = say_failure(heard, ports.playbook)
    after = with_reply(conversation, reply)
    outcome = Outcome(status=TurnStatus.FAILED, stage=after.stage, sequence=ledger.sequence, reply=reply)
    # Earlier turns may still wait for a result, which has to be looked after.
    wake_at = None if after.awaiting is None else ledger.time + ports.holding_after
    said = Message(turn_id=turn.turn_id, text=turn.message)
    change = ledger.close(after, outcome, new_turns=(said,), wake_at=wake_at)
    await ports.store.save(change)
    await tell(turn.conversation_id, (turn.turn_id,), change.outcome, ports)
    await ports.announcer.publish(ledger.events)
