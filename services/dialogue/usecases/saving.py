"""Storing what was decided, however often that has to be tried; a model is asked once."""

from services.dialogue.errors import StaleConversation
from services.dialogue.ports import Ports, TurnStatus, Unsaved
from services.dialogue.usecases.outcomes import write_outcome


async def save(unsaved: Unsaved, ports: Ports) -> None:
    """Store a change. Until that succeeds it is kept for the next attempt.

    Raises:
        StaleConversation: the conversation moved on; decide anew.
        TransientError: nothing was stored; try again.
    """
    ports.unsaved.keep(unsaved)
    try:
        await ports.store.save(unsaved.change)
    except StaleConversation:
        ports.unsaved.drop(unsaved)
        raise
    ports.unsaved.drop(unsaved)


async def finish_turns(unsaved: Unsaved, ports: Ports) -> None:
    """Store, write and publish what an earlier attempt decided for new turns.

    Raises:
        TransientError: nothing was stored; try again.
    """
    await save(unsaved, ports)
    change = unsaved.change
    waiting = change.conversation.awaiting
    if change.outcome.status is TurnStatus.AWAITING and waiting is not None:
        writer = ports.replies.open(waiting.turn_ids[0])
        await writer.append(waiting.lead_in.text)
        await writer.flush()
    else:
        await write_outcome(change.conversation.conversation_id, change.turn_ids, change.outcome, ports)
    await ports.announcer.publish(change.events)
