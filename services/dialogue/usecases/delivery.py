"""Stores what was decided, shows it and publishes it; however often that is tried, a model is asked once."""

from dataclasses import replace
from uuid import UUID

from chassis.errors import FencedOut
from contracts.reply_stream import Done, Failed
from contracts.values import origin_of
from services.dialogue.domain.changes import Change, Outcome, TurnStatus
from services.dialogue.domain.conversation import Conversation
from services.dialogue.errors import StaleConversation
from services.dialogue.ports import Ports, ReplyWriter


async def deliver(change: Change, ports: Ports, writer: ReplyWriter | None = None) -> None:
    """Show a change, store it, complete the replies of its turns, publish its events.

    Shown first, because a take-over cuts what is shown, and of a reply that was cut nothing is stored here.
    Until it is stored it is kept for the next attempt. `writer` has written the reply of the turn that asked.

    Raises:
        FencedOut: a person took over before all was shown; nothing was stored.
        StaleConversation: the conversation moved on; decide anew.
        TransientError: nothing was stored; try again.
    """
    ports.unsaved.keep(change)
    try:
        writer = await _show_all(change, ports, writer)
        await ports.store.save(change)
        ports.editions.count(change)
    except (StaleConversation, FencedOut):
        ports.unsaved.drop(change)
        raise
    ports.unsaved.drop(change)
    if change.asking and writer and change.outcome.status is not TurnStatus.AWAITING:
        await writer.finish(_done(change.conversation.conversation_id, change.asking, change.outcome))
    for turn_id in change.turn_ids:
        if turn_id != change.asking:
            await _show(change.conversation.conversation_id, turn_id, change.outcome, ports)
    await ports.announcer.publish(change.events)


async def show_again(conversation: Conversation, turn_id: UUID, outcome: Outcome, ports: Ports) -> None:
    """Show a reply once more, for the visitor's connection may have missed it; no model is asked.

    What was stored with the outcome is published already, or the announcer has it in hand.
    """
    is_newest = bool(conversation.history) and conversation.history[-1].text == outcome.reply
    is_by_person = any(line.person and line.text == outcome.reply for line in conversation.history)
    again = replace(
        outcome,
        proposal_shown=conversation.shows_proposal(outcome.reply),
        suggestions=conversation.suggestions if is_newest else (),
        author="person" if is_by_person else conversation.reply_author if is_newest else outcome.author,
    )
    await _show(conversation.conversation_id, turn_id, again, ports)


async def refuse_erased(conversation_id: UUID, turn_id: UUID, ports: Ports) -> None:
    """Tell whoever waits for a reply that the conversation was erased."""
    refused = Failed(conversation_id=conversation_id, turn_id=turn_id, response="", is_erased=True)
    await ports.replies.open(turn_id).fail(refused)


async def _show_all(change: Change, ports: Ports, writer: ReplyWriter | None) -> ReplyWriter | None:
    """Show the reply of the turn that asked, of which the beginning was read; without one, see who speaks."""
    fence, outcome = change.conversation.fence, change.outcome
    if change.asking is None:
        # A failure is told whoever speaks: the take-over may stand behind it in the lane.
        if outcome.status is not TurnStatus.FAILED:
            await ports.replies.check(fence)
        return None
    if writer is None and outcome.status is TurnStatus.AWAITING:
        writer = ports.replies.open(change.asking, fence)
        await writer.append(change.read)
    elif writer is None:
        writer = ports.replies.go_on(change.asking, fence, after=change.read)
        # What the visitor has not read yet.
        rest = outcome.reply.removeprefix(change.read)
        if not rest:
            # Who speaks by now makes no difference: nothing is said.
            return writer
        await writer.append(rest)
    await writer.flush()
    return writer


async def _show(conversation_id: UUID, turn_id: UUID, outcome: Outcome, ports: Ports) -> None:
    """Write a final outcome into the reply stream of a turn, whole. An open turn is left alone."""
    writer = ports.replies.open(turn_id)
    if outcome.status is TurnStatus.FAILED:
        await writer.fail(Failed(conversation_id=conversation_id, turn_id=turn_id, response=outcome.reply))
    elif outcome.status is not TurnStatus.AWAITING:
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
        written_by="person" if outcome.status is TurnStatus.LEFT else origin_of(outcome.author),
    )
