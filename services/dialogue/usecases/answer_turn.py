"""Answer a visitor's turn, once."""

from dataclasses import replace
from datetime import timedelta

from contracts.cloudevent import CloudEvent
from contracts.events import BookingRequested, ConversationStarted, ProposalRequested, TurnReceived
from services.dialogue.domain import Awaiting, Conversation, Plan, Said, join_waiting, plan_turn, with_reply
from services.dialogue.ports import Change, Outcome, Ports
from services.dialogue.usecases.ledger import Ledger
from services.dialogue.usecases.speaking import speak
from services.dialogue.usecases.telling import (
    answered,
    answered_event,
    awaiting,
    done_frame,
    shows_proposal,
    tell,
)


async def answer_turn(event: CloudEvent[TurnReceived], ports: Ports) -> None:
    """Plan, speak, store, publish. A turn that was answered before is only told again.

    Raises:
        TransientError: nothing was stored; handle the event again.
    """
    turn = event.data
    loaded = await ports.store.load(turn.conversation_id, turn.turn_id)
    if loaded.outcome is not None:
        shows = shows_proposal(loaded.conversation, loaded.outcome.reply)
        await _tell_again(event, replace(loaded.outcome, proposal_shown=shows), ports)
        return
    conversation = loaded.conversation or Conversation.open(turn.conversation_id, turn.source)
    ledger = Ledger(event.id, loaded, ports.clock())
    if loaded.conversation is None:
        ledger.record(ConversationStarted(conversation_id=turn.conversation_id, source=turn.source))
    if conversation.awaiting is None:
        await _answer(event, conversation, ledger, ports)
    else:
        await _join_waiting(event, conversation, ledger, ports)
    await ports.announcer.publish(ledger.events)


async def _answer(
    event: CloudEvent[TurnReceived], conversation: Conversation, ledger: Ledger, ports: Ports
) -> None:
    turn = event.data
    plan = plan_turn(conversation, turn.message, turn.turn_id, ports.playbook)
    writer = ports.replies.open(turn.turn_id)
    plan, said = await speak(plan, writer, ports)
    ledger.record_progress(conversation, plan.conversation, plan.changed)
    if plan.needs == "nothing":
        change = _answering(event, plan, said, ledger)
        await ports.store.save(change)
        await writer.finish(done_frame(turn.conversation_id, turn.turn_id, change.outcome))
    else:
        await ports.store.save(_requesting(event, plan, said, ledger, holding_after=ports.holding_after))
        # Whoever handles the result goes on with this reply, so it must stand before the request is out.
        await writer.flush()


def _answering(event: CloudEvent[TurnReceived], plan: Plan, said: Said, ledger: Ledger) -> Change:
    turn = event.data
    after = with_reply(plan.conversation, said.reply)
    ledger.record(answered_event(after, said, reply_id=ledger.reply_id, turn_ids=(turn.turn_id,)))
    outcome = answered(after, said, ledger.sequence)
    return ledger.close(after, outcome, new_turn=(turn.turn_id, turn.message))


def _requesting(
    event: CloudEvent[TurnReceived], plan: Plan, said: Said, ledger: Ledger, *, holding_after: timedelta
) -> Change:
    """The reply goes on when the proposal or the link is there; no lane waits for it."""
    turn = event.data
    request = ledger.record(_request_of(plan, event))
    waiting = Awaiting(
        kind="proposal" if plan.needs == "proposal" else "booking",
        request_event_id=request.id,
        cause_id=event.id,
        turn_ids=(turn.turn_id,),
        lead_in=said,
    )
    after = plan.conversation.model_copy(update={"awaiting": waiting})
    return ledger.close(
        after,
        awaiting(after, ledger.sequence),
        new_turn=(turn.turn_id, turn.message),
        wake_at=ledger.time + holding_after,
    )


async def _join_waiting(
    event: CloudEvent[TurnReceived], conversation: Conversation, ledger: Ledger, ports: Ports
) -> None:
    """What the visitor adds while a result is awaited is kept, and answered together with the result."""
    turn = event.data
    joined, changed = join_waiting(conversation, turn.message, turn.turn_id, ports.playbook)
    ledger.record_progress(conversation, joined, changed)
    assert joined.awaiting is not None
    turn_ids = (*joined.awaiting.turn_ids, turn.turn_id)
    waiting = joined.awaiting.model_copy(update={"turn_ids": turn_ids})
    after = joined.model_copy(update={"awaiting": waiting})
    change = ledger.close(
        after,
        awaiting(after, ledger.sequence),
        new_turn=(turn.turn_id, turn.message),
        wake_at=ledger.time + ports.holding_after,
    )
    await ports.store.save(change)


async def _tell_again(event: CloudEvent[TurnReceived], outcome: Outcome, ports: Ports) -> None:
    """The visitor's connection and the readers of our events may have missed it; no model is asked."""
    await tell(event.data.conversation_id, (event.data.turn_id,), outcome, ports)
    await ports.announcer.publish_caused_by(event.id)


def _request_of(plan: Plan, event: CloudEvent[TurnReceived]) -> ProposalRequested | BookingRequested:
    conversation, turn = plan.conversation, event.data
    profile = conversation.profile
    if plan.needs == "proposal":
        return ProposalRequested(
            conversation_id=turn.conversation_id,
            turn_id=turn.turn_id,
            revision=conversation.revision + 1,
            profile=profile,
            change_wish=plan.change_wish,
        )
    return BookingRequested(
        conversation_id=turn.conversation_id,
        turn_id=turn.turn_id,
        source=conversation.source,
        name=profile.name.value if profile.name else None,
        contact_email=profile.contact_email.value if profile.contact_email else None,
        tier=conversation.tier.tier if conversation.tier else None,
    )
