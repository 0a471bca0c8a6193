"""Answer a visitor's turns, each once; those that come in a row with one reply."""

from dataclasses import replace
from datetime import timedelta

from contracts.events import BookingRequested, ConversationStarted, ProposalRequested
from playbook import Playbook
from services.dialogue.domain import Awaiting, Plan, Said, join_waiting, with_reply
from services.dialogue.ports import Burst, Change, Ports, Unsaved
from services.dialogue.usecases.hearing import Heard, hear_out
from services.dialogue.usecases.ledger import Ledger
from services.dialogue.usecases.saving import finish_turns, save
from services.dialogue.usecases.speaking import speak
from services.dialogue.usecases.telling import (
    answered,
    answered_event,
    awaiting,
    done_frame,
    shows_proposal,
    tell,
)

# A stream has expired long before, so nobody follows the reply to an older turn.
_FOLLOWED_FOR = timedelta(hours=1)
# An older turn that was never answered is answered by the script: a history is not replayed through a model.
_MODEL_WITHIN = timedelta(days=1)


async def answer_turns(burst: Burst, ports: Ports) -> None:
    """Plan, speak, store, publish: one reply for all. A turn that was answered before is only told again.

    Raises:
        TransientError: not all was stored; handle the burst again.
    """
    heard = await hear_out(burst, ports)
    await _tell_again(heard, ports)
    if heard.new and (unsaved := _unsaved(heard, ports)) is not None:
        await finish_turns(unsaved, ports)
        # Turns that came since were no part of it.
        heard = await hear_out(burst, ports)
    if heard.new:
        await _answer_new(heard, ports)


def _unsaved(heard: Heard, ports: Ports) -> Unsaved | None:
    """What an earlier attempt decided for these turns and could not store."""
    found = ports.unsaved.find(heard.new[0].id, heard.loaded)
    return found if found is not None and set(found.change.turn_ids) <= set(heard.turn_ids) else None


async def _answer_new(heard: Heard, ports: Ports) -> None:
    first = heard.new[0]
    if ports.clock() - first.time > _MODEL_WITHIN:
        ports = replace(ports, voice=None, translator=None)
    ledger = Ledger(first.id, heard.loaded, ports.clock())
    if heard.loaded.conversation is None:
        identity, source = first.data.conversation_id, first.data.source
        ledger.record(ConversationStarted(conversation_id=identity, source=source))
    if heard.plan is None:
        await _join_waiting(heard, ledger, ports)
    else:
        await _answer(heard, heard.plan, ledger, ports)
    await ports.announcer.publish(ledger.events)


async def _answer(heard: Heard, plan: Plan, ledger: Ledger, ports: Ports) -> None:
    """The turn that waits longest hears the reply while it is made; the others get it whole."""
    identity, (first, *others) = plan.conversation.conversation_id, heard.turn_ids
    writer = ports.replies.open(first)
    plan, said = await speak(plan, writer, ports)
    ledger.record_progress(heard.conversation, plan.conversation, plan.changed)
    if plan.needs == "nothing":
        change = _answering(plan, said, ledger, ports.playbook)
        await save(Unsaved(cause_id=ledger.cause, change=change), ports)
        await writer.finish(done_frame(identity, first, change.outcome))
        await tell(identity, others, change.outcome, ports)
    else:
        change = _requesting(plan, said, ledger, holding_after=ports.holding_after)
        await save(Unsaved(cause_id=ledger.cause, change=change), ports)
        # Whoever handles the result goes on with this reply, so it must stand before the request is out.
        await writer.flush()


def _answering(plan: Plan, said: Said, ledger: Ledger, playbook: Playbook) -> Change:
    after = with_reply(plan.conversation, said.reply)
    turn_ids = tuple(message.turn_id for message in plan.messages)
    ledger.record(answered_event(after, said, playbook, reply_id=ledger.reply_id, turn_ids=turn_ids))
    return ledger.close(after, answered(after, said, ledger.sequence), new_turns=plan.messages)


def _requesting(plan: Plan, said: Said, ledger: Ledger, *, holding_after: timedelta) -> Change:
    """The reply goes on when the proposal or the link is there; no lane waits for it."""
    request = ledger.record(_request_of(plan))
    waiting = Awaiting(
        kind="proposal" if plan.needs == "proposal" else "booking",
        request_event_id=request.id,
        cause_id=ledger.cause,
        turn_ids=tuple(message.turn_id for message in plan.messages),
        lead_in=said,
        since=ledger.time,
    )
    after = plan.conversation.model_copy(update={"awaiting": waiting})
    return ledger.close(
        after,
        awaiting(after, ledger.sequence),
        new_turns=plan.messages,
        wake_at=ledger.time + holding_after,
    )


async def _join_waiting(heard: Heard, ledger: Ledger, ports: Ports) -> None:
    """What the visitor adds while a result is awaited is kept, and answered together with the result."""
    joined, changed = heard.conversation, dict[str, None]()
    for message in heard.messages:
        joined, more = join_waiting(joined, message.text, message.turn_id, ports.playbook)
        changed |= dict.fromkeys(more)
    ledger.record_progress(heard.conversation, joined, tuple(changed))
    assert joined.awaiting is not None
    turn_ids = joined.awaiting.turn_ids
    # Who writes on while waiting is held as early as who is silent.
    since = joined.awaiting.since if turn_ids and joined.awaiting.since else ledger.time
    update = {"turn_ids": (*turn_ids, *heard.turn_ids), "since": since}
    waiting = joined.awaiting.model_copy(update=update)
    after = joined.model_copy(update={"awaiting": waiting})
    change = ledger.close(
        after,
        awaiting(after, ledger.sequence),
        new_turns=heard.messages,
        wake_at=since + ports.holding_after,
    )
    await ports.store.save(change)


async def _tell_again(heard: Heard, ports: Ports) -> None:
    """The visitor's connection may have missed it; no model is asked.

    What was stored with the outcome is published already, or the announcer has it in hand.
    """
    for event, outcome in heard.known:
        if ports.clock() - event.time <= _FOLLOWED_FOR:
            shows = shows_proposal(heard.loaded.conversation, outcome.reply)
            told = replace(outcome, proposal_shown=shows)
            await tell(event.data.conversation_id, (event.data.turn_id,), told, ports)


def _request_of(plan: Plan) -> ProposalRequested | BookingRequested:
    conversation, profile = plan.conversation, plan.conversation.profile
    if plan.needs == "proposal":
        return ProposalRequested(
            conversation_id=conversation.conversation_id,
            turn_id=plan.turn_id,
            revision=conversation.revision + 1,
            profile=profile,
            change_wish=plan.change_wish,
        )
    return BookingRequested(
        conversation_id=conversation.conversation_id,
        turn_id=plan.turn_id,
        source=conversation.source,
        name=profile.name.value if profile.name else None,
        contact_email=profile.contact_email.value if profile.contact_email else None,
        tier=conversation.tier.tier if conversation.tier else None,
    )
