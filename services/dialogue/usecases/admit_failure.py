"""A turn that can never be answered: say so to the visitor, and to everyone who reads our events."""

from contracts.cloudevent import CloudEvent
from contracts.events import ConversationStarted, TurnFailed, TurnReceived
from services.dialogue.domain import (
    Conversation,
    Message,
    failure_text,
    spoken,
    understand,
    with_language,
    with_messages,
    with_reply,
)
from services.dialogue.ports import Outcome, Ports, TurnStatus
from services.dialogue.usecases.ledger import Ledger
from services.dialogue.usecases.outcomes import write_outcome
from services.dialogue.usecases.overdue import wake_at


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
    message = Message(turn_id=turn.turn_id, text=turn.message)
    # The first message may already say in which language to apologise.
    following = with_messages(conversation, (message,))
    language = understand(following.visitor_messages[-1:], following, ports.playbook).language
    following = with_language(following, language, ports.playbook)
    reply = failure_text(following, spoken(following, ports.playbook))
    after = with_reply(following, reply)
    outcome = Outcome(status=TurnStatus.FAILED, stage=after.stage, sequence=ledger.sequence, reply=reply)
    # Earlier turns may still wait for a result, which has to be looked after.
    wakes = wake_at(after, ledger.time, ports)
    change = ledger.close(after, outcome, new_turns=(message,), wake_at=wakes)
    await ports.store.save(change)
    await write_outcome(turn.conversation_id, (turn.turn_id,), change.outcome, ports)
    await ports.announcer.publish(ledger.events)
