"""A person takes over a conversation, speaks in it, and hands it back."""

import asyncio
from uuid import UUID, uuid4

import structlog

from chassis.errors import TransientError
from contracts.cloudevent import EventT, derive_id, originate
from contracts.events import PersonHandedBack, PersonSpoke, PersonTookOver
from contracts.leases import Lease
from contracts.reply_stream import FINAL_FRAMES, Done, FrameKind
from services.gateway.domain import BEGINNING, Holder, Said, WhoSpeaks, Words, fingerprint_of, turn_of
from services.gateway.errors import IdempotencyKeyReused, TakenOver, TakeoverLost
from services.gateway.ports import Ports, ReplyReading
from services.gateway.usecases.reading import read_conversation

logger = structlog.get_logger()

# Dialogue stores a message in milliseconds, unless a reply is under way.
_SAID_WITHIN_S = 5.0


async def take_over(conversation_id: UUID, holder: Holder, ports: Ports) -> Lease:
    """Let a person speak from now on; no word of the assistant follows. Repeated, it is the same take-over.

    Raises:
        TakenOver: another person speaks.
        ConversationUnknown: there is none.
        TransientError: not known to be taken over; the same request may be sent again.
    """
    speaks = await _who_speaks(conversation_id, ports)
    lease = await ports.leases.claim(
        conversation_id, holder.identity, holder.name, known=speaks.lease, above=speaks.fence
    )
    if not lease.is_own:
        raise TakenOver(lease.name, lease.lasts_s)
    taken = PersonTookOver(conversation_id=conversation_id, fence=lease.fence, name=holder.name)
    await _publish(taken, derive_id(conversation_id, "took over", lease.fence), ports)
    return lease


async def stay(conversation_id: UUID, fence: int, account: str, ports: Ports) -> None:
    """Note that the person is still there, whose `account` asks.

    Raises:
        TakeoverLost: the take-over is over, or another person took over since.
        ConversationUnknown: there is none.
        TransientError: not known to be noted; send it again.
    """
    is_held = await ports.leases.renew(conversation_id, fence)
    if is_held is None:
        # Lost with all the rest: what is stored says whose it is.
        speaks = await _who_speaks(conversation_id, ports)
        is_theirs = speaks.lease is not None and speaks.fence == fence
        holder = Holder(account, speaks.person or "")
        is_held = is_theirs and await ports.leases.restore(
            conversation_id, fence, holder.identity, holder.name
        )
    if not is_held:
        raise TakeoverLost("This take-over is over, or another person took over since.")


async def speak(conversation_id: UUID, words: Words, account: str, ports: Ports) -> Said:
    """Say something in the place of the assistant, once for each idempotency key; `account` asks.

    Raises:
        TakeoverLost: the take-over is over, or another person took over since; nothing was said.
        IdempotencyKeyReused: the key came with another message before.
        TransientError: not known to be said; the same request may be sent again.
    """
    key, fence = words.idempotency_key, words.fence
    message_id = uuid4() if key is None else turn_of(conversation_id, f"person/{key}")
    if key is not None:
        await _claim(message_id, words, ports)
    try:
        await stay(conversation_id, fence, account, ports)
    except TransientError:
        # Dialogue says it only if the take-over lasts.
        logger.warning("takeover_unchecked", conversation_id=str(conversation_id))
    said = PersonSpoke(
        conversation_id=conversation_id, message_id=message_id, fence=fence, message=words.text
    )
    reading = await ports.replies.listen(conversation_id, message_id, BEGINNING, only_the_end=True)
    try:
        await _publish(said, derive_id(message_id, PersonSpoke.type_name()), ports)
        sequence = await _sequence_of(reading)
    finally:
        reading.close()
    if sequence is not None:
        await _note(conversation_id, sequence, ports)
    return Said(message_id, sequence)


async def hand_back(conversation_id: UUID, fence: int, ports: Ports) -> None:
    """Let the assistant go on. Repeated, or for a take-over that is over, it changes nothing.

    Raises:
        TransientError: not known to be handed back; send it again.
    """
    handed_back = PersonHandedBack(conversation_id=conversation_id, fence=fence)
    await _publish(handed_back, derive_id(conversation_id, "handed back", fence), ports)
    try:
        await ports.leases.release(conversation_id, fence)
    except TransientError:
        # It ends by itself; another person has to wait for that.
        logger.warning("lease_not_released", conversation_id=str(conversation_id))


async def _who_speaks(conversation_id: UUID, ports: Ports) -> WhoSpeaks:
    return WhoSpeaks.model_validate_json(await read_conversation(conversation_id, ports, surely_exists=False))


async def _publish(data: EventT, event_id: UUID, ports: Ports) -> None:
    await ports.publisher.publish(originate(data, event_id=event_id, source="gateway", time=ports.clock()))


async def _claim(message_id: UUID, words: Words, ports: Ports) -> None:
    fingerprint = fingerprint_of("person", words.text, words.idempotency_key or "")
    try:
        earlier = await ports.idempotency_store.claim(message_id, fingerprint)
    except TransientError:
        # Dialogue recognises a message by its id, so going on unchecked repeats nothing.
        logger.warning("claim_unchecked", turn_id=str(message_id))
        return
    if earlier not in {None, fingerprint}:
        raise IdempotencyKeyReused("This Idempotency-Key came with another message before.")


async def _note(conversation_id: UUID, sequence: int, ports: Ports) -> None:
    """Whoever reads the conversation from now on waits for the message."""
    try:
        await ports.idempotency_store.note_sequence(conversation_id, sequence)
    except TransientError:
        logger.warning("sequence_not_noted", conversation_id=str(conversation_id))


async def _sequence_of(reading: ReplyReading) -> int | None:
    """The sequence of a message that was said, None while that is not known.

    Raises:
        TakeoverLost: it was not said.
    """
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + _SAID_WITHIN_S
    while (left_s := deadline_s - loop.time()) > 0:
        for frame in await reading.next(left_s):
            if frame.kind is FrameKind.ERROR:
                raise TakeoverLost("This take-over is over, so the message was not said.")
            if frame.kind in FINAL_FRAMES:
                return Done.model_validate_json(frame.data).sequence
    return None
