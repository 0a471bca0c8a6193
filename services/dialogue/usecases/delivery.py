"""Stores what was decided, shows it and publishes it; however often that is tried, a model is asked once."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from contracts.reply_stream import Done, Failed
from services.dialogue.domain.changes import Change, Outcome, TurnStatus, Unsaved
from services.dialogue.domain.conversation import Conversation
from services.dialogue.errors import StaleConversation
from services.dialogue.ports import Ports, ReplyWriter


async def deliver(unsaved: Unsaved, ports: Ports, writer: ReplyWriter | None = None) -> None:
    """Store a change, complete the replies of its turns, publish its events.

    Until it is stored it is kept for the next attempt. `writer` has written the first turn's reply already.

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
    if unsaved.change.outcome.status is TurnStatus.AWAITING:
        await _show_lead_in(unsaved, ports, writer)
    else:
        await _show_reply(unsaved, ports, writer)
    await ports.announcer.publish(unsaved.change.events)


async def store_and_publish(change: Change, ports: Ports) -> None:
    """Store a change that nobody is told of.

    Raises:
        StaleConversation: the conversation moved on.
        TransientError: nothing was stored; try again.
    """
    await ports.store.save(change)
    await ports.announcer.publish(change.events)


async def show_outcome(
    conversation_id: UUID, turn_ids: Iterable[UUID], outcome: Outcome, ports: Ports
) -> None:
    """Write a final outcome into the reply stream of each turn, whole. An open turn is left alone."""
    for turn_id in turn_ids:
        writer = ports.replies.open(turn_id)
        if outcome.status is TurnStatus.FAILED:
            failed = Failed(conversation_id=conversation_id, turn_id=turn_id, response=outcome.reply)
            await writer.fail(failed)
        elif outcome.status is TurnStatus.ANSWERED:
            await writer.append(outcome.reply)
            await writer.finish(_done(conversation_id, turn_id, outcome))


async def show_again(conversation: Conversation, turn_id: UUID, outcome: Outcome, ports: Ports) -> None:
    """Show a reply once more, for the visitor's connection may have missed it; no model is asked.

    What was stored with the outcome is published already, or the announcer has it in hand.
    """
    is_newest = bool(conversation.history) and conversation.history[-1].text == outcome.reply
    again = replace(
        outcome,
        proposal_shown=conversation.shows_proposal(outcome.reply),
        suggestions=conversation.suggestions if is_newest else (),
    )
    await show_outcome(conversation.conversation_id, (turn_id,), again, ports)


async def _show_lead_in(unsaved: Unsaved, ports: Ports, writer: ReplyWriter | None) -> None:
    """Whoever handles the result goes on with this reply, so it must stand before the request is out."""
    if writer is None:
        assert unsaved.asking is not None
        writer = ports.replies.open(unsaved.asking)
        await writer.append(unsaved.read)
    await writer.flush()


async def _show_reply(unsaved: Unsaved, ports: Ports, writer: ReplyWriter | None) -> None:
    """The turn that asked has read the beginning; the others have read nothing."""
    change = unsaved.change
    identity, reply = change.conversation.conversation_id, change.outcome.reply
    if unsaved.asking is not None:
        if writer is None:
            writer = ports.replies.go_on(unsaved.asking, after=unsaved.read)
            await writer.append(reply.removeprefix(unsaved.read))
        await writer.finish(_done(identity, unsaved.asking, change.outcome))
    others = (turn_id for turn_id in change.turn_ids if turn_id != unsaved.asking)
    await show_outcome(identity, others, change.outcome, ports)


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
    )
