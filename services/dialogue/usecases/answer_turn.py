"""Answer a visitor's turns, each once; those that come in a row with one reply."""

from dataclasses import replace
from datetime import timedelta

from contracts.events import (
    ConversationClosed,
    ConversationStarted,
    HandOverRequested,
    QuestionUnanswered,
    TierChosen,
)
from contracts.values import Closing
from services.dialogue.domain import (
    ActionKind,
    Awaiting,
    DecidedTurn,
    booking_text,
    spoken,
    with_messages,
    with_reply,
)
from services.dialogue.ports import Burst, Ports, ReplyWriter, Unsaved
from services.dialogue.usecases.burst_context import BurstContext, load_burst
from services.dialogue.usecases.converse import TakenTurn, take_turn
from services.dialogue.usecases.ledger import Ledger
from services.dialogue.usecases.outcomes import (
    answered,
    answered_event,
    awaiting,
    done_frame,
    shows_proposal,
    suggestions_of,
    write_outcome,
)
from services.dialogue.usecases.overdue import wake_at
from services.dialogue.usecases.requests import request_of
from services.dialogue.usecases.saving import finish_turns, save

# A stream has expired long before, so nobody follows the reply to an older turn.
_FOLLOWED_FOR = timedelta(hours=1)
# An older turn that was never answered is answered without a model: a history is not replayed through one.
_MODEL_WITHIN = timedelta(days=1)


async def answer_turns(burst: Burst, ports: Ports) -> None:
    """Take the turn, store, publish: one reply for all. A turn that has its reply is only written again.

    Raises:
        TransientError: not all was stored; handle the burst again.
    """
    context = await load_burst(burst, ports)
    await _write_again(context, ports)
    if context.new and (unsaved := _unsaved(context, ports)) is not None:
        await finish_turns(unsaved, ports)
        # Turns that came since were no part of it.
        context = await load_burst(burst, ports)
    if context.new:
        await _answer_new(context, ports)


def _unsaved(context: BurstContext, ports: Ports) -> Unsaved | None:
    """What an earlier attempt decided for these turns and could not store."""
    found = ports.unsaved.find(context.new[0].id, context.loaded)
    return found if found is not None and set(found.change.turn_ids) <= set(context.turn_ids) else None


async def _answer_new(context: BurstContext, ports: Ports) -> None:
    first = context.new[0]
    if ports.clock() - first.time > _MODEL_WITHIN:
        ports = replace(ports, speaker=None, translator=None)
    ledger = Ledger(first.id, context.loaded, ports.clock())
    if context.loaded.conversation is None:
        identity, source = first.data.conversation_id, first.data.source
        ledger.record(ConversationStarted(conversation_id=identity, source=source))
    writer = ports.replies.open(first.data.turn_id)
    conversation = with_messages(context.conversation, context.messages)
    # As long as they are kept: a quote has to stand in what is kept of a message.
    newest = conversation.visitor_messages[-len(context.messages) :]
    taken = await take_turn(conversation, newest, writer, ports)
    ledger.record_progress(context.conversation, taken.decided.conversation, taken.decided.changed)
    _record_wishes(taken.decided, ledger)
    if taken.decided.awaited is None:
        await _end(context, taken, ledger, writer=writer, ports=ports)
    else:
        await _request(context, taken, ledger, writer=writer, ports=ports)
    await ports.announcer.publish(ledger.events)


def _record_wishes(decided: DecidedTurn, ledger: Ledger) -> None:
    """What the sales team should know besides the profile."""
    before, after = decided.before, decided.conversation
    identity, turn_id = after.conversation_id, decided.messages[-1].turn_id
    if decided.asks_unknown:
        question = "\n".join(message.text for message in decided.messages)
        ledger.record(QuestionUnanswered(conversation_id=identity, turn_id=turn_id, question=question))
    if after.chosen_tier is not None and after.chosen_tier != before.chosen_tier:
        ledger.record(TierChosen(conversation_id=identity, tier=after.chosen_tier))
    if after.wants_person and not before.wants_person:
        ledger.record(HandOverRequested(conversation_id=identity, turn_id=turn_id))


async def _end(
    context: BurstContext, taken: TakenTurn, ledger: Ledger, *, writer: ReplyWriter, ports: Ports
) -> None:
    """The turn that waits longest has read the reply while it was made; the others get it whole."""
    first, *others = context.turn_ids
    decided, reply = taken.decided, taken.reply
    if addition := _addition(decided, reply.text, ports):
        reply = reply.model_copy(update={"text": f"{reply.text}\n\n{addition}"})
        await writer.append(f"\n\n{addition}")
    waiting = decided.conversation.awaiting
    is_ended = waiting is not None and decided.action.kind is ActionKind.CLOSE
    settled = waiting.turn_ids if waiting is not None and is_ended else ()
    after = with_reply(decided.conversation, reply.text, taken.quick_replies)
    after = after.model_copy(update={"awaiting": None if is_ended else after.awaiting})
    turn_ids = (*context.turn_ids, *settled)
    ledger.record(answered_event(after, reply, ports.playbook, reply_id=ledger.reply_id, turn_ids=turn_ids))
    if after.closed and not decided.before.closed:
        # Last of its turn: for its readers, whatever follows it lifts the no.
        reason: Closing = "declined" if after.has_declined else "stopped"
        ledger.record(ConversationClosed(conversation_id=after.conversation_id, reason=reason))
    change = ledger.close(
        after,
        answered(after, reply, ledger.sequence),
        new_turns=context.messages,
        settled_turn_ids=settled,
        wake_at=wake_at(after, ledger.time, ports),
    )
    await save(Unsaved(cause_id=ledger.cause, change=change), ports)
    identity = after.conversation_id
    await writer.finish(done_frame(identity, first, change.outcome))
    await write_outcome(identity, (*others, *settled), change.outcome, ports)


async def _request(
    context: BurstContext, taken: TakenTurn, ledger: Ledger, *, writer: ReplyWriter, ports: Ports
) -> None:
    """The reply goes on when the proposal or the link is there; no lane waits for it.

    Turns that waited for another result are settled with the reply so far.
    """
    decided, waiting = taken.decided, taken.decided.conversation.awaiting
    request = ledger.record(request_of(decided.conversation, decided.awaited, context.turn_ids[-1]))
    awaited = Awaiting(
        kind="proposal" if decided.awaited == "proposal" else "booking",
        request_event_id=request.id,
        cause_id=ledger.cause,
        turn_ids=(*context.turn_ids, *(waiting.turn_ids if waiting else ())),
        lead_in=taken.reply,
        since=ledger.time,
        change_wish=decided.conversation.change_wish,
    )
    after = decided.conversation.model_copy(update={"awaiting": awaited, "quick_replies": ()})
    change = ledger.close(
        after,
        awaiting(after, ledger.sequence),
        new_turns=context.messages,
        wake_at=wake_at(after, ledger.time, ports),
    )
    await save(Unsaved(cause_id=ledger.cause, change=change), ports)
    # Whoever handles the result goes on with this reply, so it must stand before the request is out.
    await writer.flush()


def _addition(decided: DecidedTurn, text: str, ports: Ports) -> str:
    """The link that was given before, where the visitor asks for it again and the reply lacks it."""
    conversation = decided.conversation
    asks_again = decided.action.kind in {ActionKind.BOOK, ActionKind.HAND_OVER}
    if not asks_again or conversation.booking_url is None or conversation.booking_url in text:
        return ""
    return booking_text(conversation, conversation.booking_url, spoken(conversation, ports.playbook))


async def _write_again(context: BurstContext, ports: Ports) -> None:
    """The visitor's connection may have missed it; no model is asked.

    What was stored with the outcome is published already, or the announcer has it in hand.
    """
    conversation = context.loaded.conversation
    for event, outcome in context.known:
        if conversation is not None and ports.clock() - event.time <= _FOLLOWED_FOR:
            is_newest = bool(conversation.history) and conversation.history[-1].text == outcome.reply
            again = replace(
                outcome,
                proposal_shown=shows_proposal(conversation, outcome.reply),
                suggestions=suggestions_of(conversation) if is_newest else (),
            )
            await write_outcome(event.data.conversation_id, (event.data.turn_id,), again, ports)
