"""A person takes over, speaks in our place, hands back, or is gone."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from chassis import metrics
from chassis.errors import FencedOut, TransientError
from contracts.cloudevent import CloudEvent, derive_id
from contracts.events import PersonAnswered, PersonSpoke, PersonTookOver, SpeakerChanged
from contracts.reply_stream import Failed
from playbook.demo_changes import DemoChange
from playbook.reading.talk import Message
from services.dialogue.domain.changes import Change, TurnStatus
from services.dialogue.domain.conversation import Awaiting, Conversation, Reply, SpeakingPerson, with_reply
from services.dialogue.domain.language import spoken
from services.dialogue.domain.takeover import answered_by_person, handed_back, is_speaking, taken_over
from services.dialogue.ports import Ports
from services.dialogue.usecases.delivery import deliver, show_again
from services.dialogue.usecases.ledger import Ledger

logger = structlog.get_logger()

_NOTHING = Reply(text="", author="script")


async def let_person_take_over(event: CloudEvent[PersonTookOver], ports: Ports) -> None:
    """Be silent from now on, and tell the visitor who speaks. Safe to call twice.

    Raises:
        TransientError: nothing was stored; handle the event again.
    """
    await give_way(event.data.conversation_id, FencedOut(event.data.fence, event.data.name), ports)


async def give_way(conversation_id: UUID, taken: FencedOut, ports: Ports) -> None:
    """As `let_person_take_over`, for whoever learns of a take-over first; the newest one counts."""
    try:
        await _begin_takeover(conversation_id, taken, ports)
    except FencedOut as newer:
        await _begin_takeover(conversation_id, newer, ports)


async def deliver_giving_way(change: Change, ports: Ports) -> None:
    """Deliver a change, or drop it if a person took over before all of it was shown. Raises as `deliver`."""
    try:
        await deliver(change, ports)
    except FencedOut as taken:
        await give_way(change.conversation.conversation_id, taken, ports)


async def say_for_person(event: CloudEvent[PersonSpoke], ports: Ports) -> None:
    """Say what the person wrote, as the answer to all that is open, and confirm it in its reply stream.

    Raises:
        TransientError: nothing was stored; handle the event again.
    """
    said = event.data
    loaded, ports = await ports.load(said.conversation_id, said.message_id)
    conversation = loaded.conversation
    if conversation is not None and said.message_id in loaded.outcomes:
        await show_again(conversation, said.message_id, loaded.outcomes[said.message_id], ports)
        return
    if conversation is None or conversation.person is None or not is_speaking(conversation, said.fence):
        await _refuse(said, ports)
        return
    ledger, open_ids = Ledger(event.id, loaded, ports), conversation.open_turn_ids
    person = conversation.person.model_copy(update={"looked_after_at": _next_look(ports)})
    after = answered_by_person(conversation.model_copy(update={"person": person}), said.message)
    answered = PersonAnswered(
        conversation_id=said.conversation_id,
        message_id=said.message_id,
        answered_turn_ids=open_ids,
        message=said.message,
        name=person.name,
    )
    ledger.record(answered)
    message = Message(turn_id=said.message_id, text=said.message)
    reply = Reply(text=said.message, author="person")
    try:
        await deliver(ledger.close(after, reply, new_turns=(message,), settled_turn_ids=open_ids), ports)
    except FencedOut as taken:
        await _refuse(said, ports)
        await give_way(said.conversation_id, taken, ports)


async def end_takeover(conversation_id: UUID, fence: int, ports: Ports) -> None:
    """Speak again, and tell the visitor so. Safe to call twice; a take-over that is over changes nothing.

    Raises:
        TransientError: nothing was stored; try again.
    """
    loaded, ports = await ports.load(conversation_id)
    before = loaded.conversation
    if before is None or before.person is None or not is_speaking(before, fence):
        return
    ports = await ports.in_language_of(before)
    payers = before.awaiting.payers if before.awaiting is not None else None
    ledger = Ledger(derive_id(conversation_id, "hand-back", fence), loaded, ports, payers)
    after = handed_back(before)
    _tell_who_speaks(ledger, after, before.person)
    if after.awaiting is not None:
        after = _requested_anew(ledger, after)
    if after.unsaid_demo is not None:
        after, _ = say_change(ledger, after, after.unsaid_demo)
    await deliver_giving_way(ledger.close(after), ports)
    metrics.TAKEOVERS.labels("ended").inc()


async def end_if_gone(conversation_id: UUID, ports: Ports) -> None:
    """End a take-over whose person is gone: their lease ended, or nothing has been known of it for as long.

    Raises:
        TransientError: nothing was stored; look again.
    """
    loaded, ports = await ports.load(conversation_id)
    conversation = loaded.conversation
    person = conversation.person if conversation is not None else None
    if conversation is None or person is None or person.looked_after_at > ports.clock():
        return
    fence = conversation.last_fence
    left_s = await _time_left_s(conversation_id, fence, ports)
    if left_s == 0 or (left_s is None and person.is_lost):
        metrics.TAKEOVERS.labels("gone").inc()
        logger.warning("person_gone", conversation_id=str(conversation_id))
        await end_takeover(conversation_id, fence, ports)
        return
    looked_after = {"looked_after_at": _next_look(ports, left_s), "is_lost": left_s is None}
    after = conversation.model_copy(update={"person": person.model_copy(update=looked_after)})
    ledger = Ledger(derive_id(conversation_id, "look", loaded.version), loaded, ports)
    await deliver_giving_way(ledger.close(after), ports)


def say_change(ledger: Ledger, conversation: Conversation, change: DemoChange) -> tuple[Conversation, Reply]:
    """The conversation after the visitor is told what became of a demo, and the reply that tells it.

    Who lost theirs is given the link once again.
    """
    lines = spoken(conversation, ledger.ports.playbook).lines
    reply = Reply(text=change.told_in(lines), author="script")
    after = with_reply(conversation, reply.text).model_copy(update={"unsaid_demo": None})
    ledger.record_answer(after, reply, ())
    if change.is_lost and not after.has_declined and not after.is_offered_again:
        after = _requesting_link(ledger, after)
    return after, reply


def _requesting_link(ledger: Ledger, conversation: Conversation) -> Conversation:
    """The link follows as a message of its own: the one that was used books nothing more."""
    after = conversation.model_copy(update={"booking_url": None, "is_offered_again": True})
    if after.awaiting is not None:
        return after
    turns = (message.turn_id for message in reversed(after.visitor_messages))
    awaiting = Awaiting(
        kind="booking",
        request_event_id=ledger.request(after, "booking", next(turns, ledger.cause)),
        cause_id=ledger.cause,
        turn_ids=(),
        lead_in=_NOTHING,
        since=ledger.time,
    )
    return after.model_copy(update={"awaiting": awaiting})


async def _begin_takeover(conversation_id: UUID, taken: FencedOut, ports: Ports) -> None:
    loaded, ports = await ports.load(conversation_id)
    before, person = loaded.conversation, SpeakingPerson(name=taken.name, looked_after_at=_next_look(ports))
    after = taken_over(before, taken.fence, person) if before is not None else None
    if before is None or after is None:
        return
    ports = await ports.in_language_of(before)
    ledger = Ledger(derive_id(conversation_id, "take-over", taken.fence), loaded, ports)
    waiting = before.awaiting
    settled, read = (waiting.turn_ids, waiting.lead_in) if waiting is not None else ((), _NOTHING)
    if settled and read.text:
        after = with_reply(after, read.text)
        ledger.record_answer(after, read, settled)
    _tell_who_speaks(ledger, after, person)
    status = TurnStatus.ANSWERED if read.text else TurnStatus.LEFT
    await deliver(ledger.close(after, read, status=status, settled_turn_ids=settled, read=read.text), ports)
    metrics.TAKEOVERS.labels("begun").inc()


def _tell_who_speaks(ledger: Ledger, after: Conversation, person: SpeakingPerson) -> None:
    """Who speaks from now on, as an event and in words of the playbook, which no reply is made of."""
    is_joining = after.person is not None
    playbook = spoken(after, ledger.ports.playbook)
    line = playbook.lines.person_joined if is_joining else playbook.lines.person_left
    changed = SpeakerChanged(
        conversation_id=after.conversation_id,
        speaker="person" if is_joining else "bot",
        name=person.name if is_joining else None,
        fence=after.last_fence,
    )
    ledger.record(changed)
    text = line.format(name=person.name, company=playbook.company.name)
    ledger.record_answer(after, Reply(text=text, author="script"), ())


def _requested_anew(ledger: Ledger, conversation: Conversation) -> Conversation:
    """What was requested before a person spoke; of what came meanwhile nothing was shown."""
    waiting = conversation.awaiting
    assert waiting is not None
    turns = (message.turn_id for message in reversed(conversation.visitor_messages))
    request_id = ledger.request(conversation, waiting.kind, next(turns, waiting.cause_id))
    again = {"request_event_id": request_id, "cause_id": ledger.cause, "since": ledger.time}
    return conversation.model_copy(update={"awaiting": waiting.model_copy(update=again)})


async def _refuse(said: PersonSpoke, ports: Ports) -> None:
    """Tell whoever waits in its reply stream that a message was not said: its take-over is over."""
    logger.warning("person_not_speaking", conversation_id=str(said.conversation_id))
    metrics.TAKEOVERS.labels("refused").inc()
    refused = Failed(conversation_id=said.conversation_id, turn_id=said.message_id, response="")
    await ports.replies.open(said.message_id).fail(refused)


async def _time_left_s(conversation_id: UUID, fence: int, ports: Ports) -> float | None:
    try:
        return await ports.leases.close(conversation_id, fence)
    except TransientError:
        return None


def _next_look(ports: Ports, in_s: float | None = None) -> datetime:
    """When to look whether the person is still there."""
    return ports.clock() + timedelta(seconds=ports.leases.lasts_s if in_s is None else in_s)
