"""Answer a visitor's turns, each once; those that come in a row with one reply."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from chassis import metrics
from chassis.errors import FencedOut
from contracts.cloudevent import CloudEvent, derive_id
from contracts.events import (
    ConversationClosed,
    ConversationStarted,
    HandOverRequested,
    PersonHandedBack,
    QuestionUnanswered,
    TierChosen,
    TurnFailed,
)
from contracts.values import Closing
from playbook.reading import understand
from playbook.reading.asked import unanswered_in
from playbook.reading.meaning import Intent
from playbook.reading.updates import changed_slots, introduced
from services.dialogue.domain.changes import Change, TurnStatus
from services.dialogue.domain.conversation import Awaiting, Conversation, Reply, with_messages, with_reply
from services.dialogue.domain.language import spoken, with_language
from services.dialogue.domain.results import booking_text, failure_text, person_text
from services.dialogue.domain.stage_machine import ActionKind
from services.dialogue.domain.takeover import leaving_open, reopened
from services.dialogue.domain.turn import DecidedTurn
from services.dialogue.ports import Burst, Ports, ReplyWriter
from services.dialogue.usecases.converse import TakenTurn, take_turn
from services.dialogue.usecases.delivery import deliver, refuse_erased, show_again
from services.dialogue.usecases.ledger import Ledger
from services.dialogue.usecases.takeover import deliver_giving_way, end_if_gone, end_takeover, give_way
from services.dialogue.usecases.turns import Turn, Turns, load_burst, message_of

# A stream has expired long before, so nobody follows the reply to an older turn.
_FOLLOWED_FOR = timedelta(hours=1)
# An older turn that was never answered is answered without a model: a history is not replayed through one.
_MODEL_WITHIN = timedelta(days=1)


async def answer_turns(burst: Burst, ports: Ports) -> None:
    """Take the turn, store, publish: one reply for all. A turn that has its reply is only shown again.

    Raises:
        TransientError: not all was stored; handle the burst again.
    """
    turns, ports = await load_burst(burst, ports)
    if turns.loaded.is_erased:
        for event in burst.events:
            await refuse_erased(event.data.conversation_id, event.data.turn_id, ports)
        return
    for event, outcome in turns.known:
        if ports.clock() - event.time <= _FOLLOWED_FOR:
            await show_again(turns.conversation, event.data.turn_id, outcome, ports)
    unsaved = ports.unsaved.find(turns.cause, turns.loaded) if turns.new else None
    if unsaved is not None and set(unsaved.turn_ids) <= set(turns.turn_ids):
        await deliver_giving_way(unsaved, ports)
        # Turns that came since were no part of it.
        turns, ports = await load_burst(burst, ports)
    if turns.new and turns.conversation.person is not None:
        await _leave_open(turns, ports)
    elif turns.new:
        await _answer(turns, ports)


async def go_on_after_person(event: CloudEvent[PersonHandedBack], ports: Ports) -> None:
    """Speak again, and answer what the person left open.

    Raises:
        TransientError: not all was stored; handle the event again.
    """
    await end_takeover(event.data.conversation_id, event.data.fence, ports)
    await _answer_open(event.data.conversation_id, ports)


async def go_on_if_gone(conversation_id: UUID, ports: Ports) -> None:
    """Speak again where the person who took over is gone, and answer what they left open.

    Raises:
        TransientError: not all was stored; look again.
    """
    await end_if_gone(conversation_id, ports)
    await _answer_open(conversation_id, ports)


async def _answer_open(conversation_id: UUID, ports: Ports) -> None:
    """Answer what a person left open, once we speak again."""
    loaded, ports = await ports.load(conversation_id)
    conversation = loaded.conversation
    if conversation is None or conversation.person is not None or not conversation.open_turn_ids:
        return
    cause = derive_id(conversation_id, "left open", conversation.last_fence)
    turns = Turns((), (), loaded, conversation, cause, ports.clock())
    if (unsaved := ports.unsaved.find(cause, loaded)) is not None:
        await deliver_giving_way(unsaved, ports)
    else:
        await _answer(turns, ports)


async def admit_failure(event: Turn, reason: str, ports: Ports) -> None:
    """Settle a parked turn: tell the visitor and all readers. A turn that has an outcome keeps it.

    Raises:
        TransientError: nothing was stored; admit it again.
    """
    turn, message = event.data, message_of(event)
    loaded, ports = await ports.load(turn.conversation_id, turn.turn_id)
    if loaded.outcomes or loaded.is_erased:
        return
    ledger = Ledger(event.id, loaded, ports)
    opened = loaded.conversation or Conversation.open(turn.conversation_id, turn.source)
    conversation = _received(opened, (event,), ledger)
    ledger.record(TurnFailed(conversation_id=turn.conversation_id, turn_id=turn.turn_id, reason=reason))
    # The first message may already say in which language to apologise.
    language = understand(conversation.visitor_messages[-1:], conversation, ports.playbook).language
    conversation = with_language(conversation, language, ports.playbook)
    playbook = (await ports.in_language_of(conversation)).playbook
    reply = Reply(text=failure_text(conversation, spoken(conversation, playbook)), author="script")
    after = with_reply(conversation, reply.text)
    await deliver(ledger.close(after, reply, status=TurnStatus.FAILED, new_turns=(message,)), ports)


async def _answer(turns: Turns, ports: Ports) -> None:
    """Answer turns; where a person takes over meanwhile, the reply ends at what was shown."""
    writer = ports.replies.open(turns.asking, turns.conversation.fence)
    try:
        await _answer_into(writer, turns, ports)
    except FencedOut as taken:
        await _leave_open(turns, ports, writer.shown)
        await give_way(turns.conversation.conversation_id, taken, ports)


async def _leave_open(turns: Turns, ports: Ports, shown: str = "") -> None:
    """Store turns that are for a person to answer, with what was shown of a reply to them."""
    ledger = Ledger(turns.cause, turns.loaded, ports)
    after = leaving_open(_received(turns.conversation, turns.new, ledger), turns.turn_ids)
    reply = Reply(text=shown, author="script" if ports.speaker is None else "model")
    if shown:
        after = with_reply(after, shown)
        ledger.record_answer(after, reply, turns.turn_ids)
    change = ledger.close(
        after,
        reply,
        status=TurnStatus.ANSWERED if shown else TurnStatus.LEFT,
        new_turns=turns.messages,
        settled_turn_ids=turns.open_ids,
        read=shown,
    )
    await deliver(change, ports)


async def _answer_into(writer: ReplyWriter, turns: Turns, ports: Ports) -> None:
    is_paid = ports.speaker is not None and not ports.unsaved.may_ask(turns.turn_ids)
    if is_paid or ports.clock() - turns.began_at > _MODEL_WITHIN:
        ports = replace(ports, speaker=None, translations=None)
    ledger = Ledger(turns.cause, turns.loaded, ports, turns.payers)
    conversation = _received(turns.conversation, turns.new, ledger)
    # As long as they are kept: a quote has to stand in what is kept of a message.
    newest = conversation.visitor_messages[-len(turns.turn_ids) :]
    if turns.open_ids:
        conversation, newest = reopened(leaving_open(conversation, turns.turn_ids))
    taken = await writer.run_unless_fenced_out(take_turn(conversation, newest, writer, ports))
    if is_paid:
        metrics.GUIDED_REPLIES.labels("cut_off").inc()
        taken = taken.with_reply(degraded=True)
    ports = await ports.in_language_of(taken.decided.conversation)
    ledger.record_progress(turns.conversation, taken.decided.conversation, taken.decided.changed)
    _record_wishes(taken.decided, ledger)
    if taken.decided.awaited is not None:
        change = _requested(turns, taken, ledger)
    else:
        if addition := _addition(taken, ports):
            taken = taken.with_reply(text=f"{taken.reply.text}{addition}")
            await writer.append(addition)
        change = _answered(turns, taken, ledger)
    await deliver(change, ports, writer)


def _received(conversation: Conversation, turns: Sequence[Turn], ledger: Ledger) -> Conversation:
    """The conversation with what the turns say and tell of the visitor; it begins where none is stored."""
    if ledger.loaded.conversation is None:
        opened = {"conversation_id": conversation.conversation_id, "source": conversation.source}
        ledger.record(ConversationStarted(**opened))
    profile = conversation.profile
    # What a turn told that failed before is known since then, and may have changed.
    fresh = [turn.data for turn in turns if turn.data.turn_id not in ledger.loaded.outcomes]
    for turn in fresh:
        profile = introduced(profile, turn.visitor, turn.turn_id, turn.mails)
    known = conversation.model_copy(update={"profile": profile})
    ledger.record_progress(conversation, known, changed_slots(conversation.profile, profile))
    return with_messages(known, map(message_of, turns), (mail for turn in fresh for mail in turn.mails))


def _record_wishes(decided: DecidedTurn, ledger: Ledger) -> None:
    """What the sales team should know besides the profile."""
    before, after = decided.before, decided.conversation
    identity, turn_id = after.conversation_id, decided.messages[-1].turn_id
    if decided.asks_unknown:
        question = unanswered_in(decided.messages, before, ledger.ports.playbook)
        ledger.record(QuestionUnanswered(conversation_id=identity, turn_id=turn_id, question=question))
    # Who goes back to the recommended tier has chosen that one.
    tier = after.chosen_tier or (after.tier.tier if after.tier and before.chosen_tier else None)
    if tier is not None and after.chosen_tier != before.chosen_tier:
        ledger.record(TierChosen(conversation_id=identity, tier=tier))
    if after.wants_person and not before.wants_person:
        ledger.record(HandOverRequested(conversation_id=identity, turn_id=turn_id))


def _answered(turns: Turns, taken: TakenTurn, ledger: Ledger) -> Change:
    """A complete reply; a goodbye settles those that waited for a result, too."""
    decided, reply = taken.decided, taken.reply
    waiting = decided.conversation.awaiting
    is_ended = waiting is not None and decided.action.kind is ActionKind.CLOSE
    settled = waiting.turn_ids if waiting is not None and is_ended else ()
    after = with_reply(decided.conversation, reply.text, taken.quick_replies)
    after = after.model_copy(update={"awaiting": None if is_ended else after.awaiting})
    ledger.record_answer(after, reply, (*turns.turn_ids, *settled))
    says_no = after.has_declined and decided.understanding.wants(Intent.DECLINE)
    if after.closed and (says_no or decided.understanding.wants(Intent.STOP)):
        # Last of its turn: for its readers, whatever follows it lifts the no. A mere goodbye is none.
        reason: Closing = "declined" if after.has_declined else "stopped"
        ledger.record(ConversationClosed(conversation_id=after.conversation_id, reason=reason))
    settled = (*turns.open_ids, *settled)
    return ledger.close(after, reply, new_turns=turns.messages, settled_turn_ids=settled)


def _requested(turns: Turns, taken: TakenTurn, ledger: Ledger) -> Change:
    """The reply goes on when the proposal or the link is there; no lane waits for it.

    Turns that waited for another result are settled with it. A link does not wait for a stale draft: that is
    made beside it, for the lead.
    """
    decided, turn_id = taken.decided, turns.turn_ids[-1]
    result, after = decided.awaited, decided.conversation
    assert result is not None
    waiting = after.awaiting
    awaited = Awaiting(
        kind=result,
        request_event_id=ledger.request(after, result, turn_id, lead_in=taken.reply.text),
        cause_id=ledger.cause,
        turn_ids=(*turns.turn_ids, *(waiting.turn_ids if waiting else ())),
        lead_in=taken.reply,
        since=ledger.time,
        change_wish=after.change_wish,
        payers=turns.payers,
    )
    update: dict[str, object] = {"awaiting": awaited, "quick_replies": ()}
    if result == "booking" and after.is_stale and after.proposal is not None:
        update |= {"unshown_request_id": ledger.request(after, "proposal", turn_id), "is_stale": False}
    after = after.model_copy(update=update)
    return ledger.close(
        after, new_turns=turns.messages, settled_turn_ids=turns.open_ids, read=taken.reply.text
    )


def _addition(taken: TakenTurn, ports: Ports) -> str:
    """What code says behind a wish for the link, or for a person, once the link was given.

    Who asks for a person again is not sent the link once more: it is not what they want.
    """
    conversation, text, kind = taken.decided.conversation, taken.reply.text, taken.decided.action.kind
    url, own = conversation.booking_url, spoken(conversation, ports.playbook)
    if kind is ActionKind.BOOK and url is not None:
        return "" if url in text else f"\n\n{booking_text(conversation, url, own)}"
    if kind is not ActionKind.HAND_OVER or taken.decided.before.wants_person:
        return ""
    person = person_text(conversation, own)
    return "" if person in text else f"\n\n{person}"
