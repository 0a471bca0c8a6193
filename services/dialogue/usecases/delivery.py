"""Stores what was decided, shows it and publishes it; however often that is tried, a model is asked once."""

from dataclasses import replace
from uuid import UUID

from contracts.reply_stream import Done, Failed
from contracts.values import origin_of
from services.dialogue.domain.changes import Change, Outcome, TurnStatus
from services.dialogue.domain.conversation import Conversation
from services.dialogue.errors import StaleConversation
from services.dialogue.ports import Ports, ReplyWriter


async def deliver(change: Change, ports: Ports, writer: ReplyWriter | None = None) -> None:
    """Store a change, complete the replies of its turns, publish its events.

    Until it is stored it is kept for the next attempt. `writer` has written the reply of the turn that asked.

    Raises:
        StaleConversation: the conversation moved on; decide anew.
        TransientError: nothing was stored; try again.
    """
    ports.unsaved.keep(change)
    try:
        await ports.store.save(change)
    except StaleConversation:
        ports.unsaved.drop(change)
        raise
    ports.unsaved.drop(change)
    if change.asking is not None:
        await _complete(change, change.asking, ports, writer)
    for turn_id in change.turn_ids:
        if turn_id != change.asking:
            await _show(change.conversation.conversation_id, turn_id, change.outcome, ports)
    await ports.announcer.publish(change.events)


async def show_again(conversation: Conversation, turn_id: UUID, outcome: Outcome, ports: Ports) -> None:
    """Show a reply once more, for the visitor's connection may have missed it; no model is asked.

    What was stored with the outcome is published already, or the announcer has it in hand.
    """
    is_newest = bool(conversation.history) and conversation.history[-1].text == outcome.reply
    again = replace(
        outcome,
        proposal_shown=conversation.shows_proposal(outcome.reply),
        suggestions=conversation.suggestions if is_newest else (),
        author=conversation.reply_author if is_newest else outcome.author,
    )
    await _show(conversation.conversation_id, turn_id, again, ports)


async def refuse_erased(conversation_id: UUID, turn_id: UUID, ports: Ports) -> None:
    """Tell whoever waits for a reply that the conversation was erased."""
    refused = Failed(conversation_id=conversation_id, turn_id=turn_id, response="", is_erased=True)
    await ports.replies.open(turn_id).fail(refused)


async def _complete(change: Change, turn_id: UUID, ports: Ports, writer: ReplyWriter | None) -> None:
    """The reply of the turn that asked, of which the beginning was read."""
    outcome, identity = change.outcome, change.conversation.conversation_id
    if outcome.status is TurnStatus.AWAITING:
        # Whoever handles the result goes on with this reply, so it must stand before the request is out.
        if writer is None:
            writer = ports.replies.open(turn_id)
            await writer.append(change.read)
        await writer.flush()
        return
    if writer is None:
        writer = ports.replies.go_on(turn_id, after=change.read)
        await writer.append(outcome.reply.removeprefix(change.read))
    await writer.finish(_done(identity, turn_id, outcome))


async def _show(conversation_id: UUID, turn_id: UUID, outcome: Outcome, ports: Ports) -> None:
    """Write a final outcome into the reply stream of a turn, whole. An open turn is left alone."""
    writer = ports.replies.open(turn_id)
    if outcome.status is TurnStatus.FAILED:
        await writer.fail(Failed(conversation_id=conversation_id, turn_id=turn_id, response=outcome.reply))
    elif outcome.status is TurnStatus.ANSWERED:
        await writer.append(outcome.reply)
        await writer.finish(_done(conversation_id, turn_id, outcome))


def _done(conversation_id: UUID, turn_id: UUID, outcome: Outcome) -> Done:
    return Done(
        conversation_id=conversation_id,
        turn_id=turn_id,
        response=outcome.reply,
        stage=outcome.stage,
        calendly_shown=outcome.calendly_shown,
        degraded=outcome.degraded,
        sequence=outcome.sequence,
        proposal_shown=outcome.proposal_shown,
        suggestions=outcome.suggestions,
        written_by=origin_of(outcome.author),
    )
