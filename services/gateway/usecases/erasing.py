"""Has conversations erased, and follows that until it is done."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from chassis.errors import TransientError
from contracts.cloudevent import CloudEvent, derive_id, originate
from contracts.erasures import Erasure, ErasureOrder, Person, PersonToErase
from contracts.events import ErasureRequested
from contracts.values import ErasureReason
from services.gateway.domain import ErasureWish
from services.gateway.errors import ErasureUnknown, LeadstoreUnavailable
from services.gateway.ports import Ports

logger = structlog.get_logger()

_ASK_AGAIN_S = 0.2
_ORDERED_AGAIN_AFTER = timedelta(minutes=1)


async def erase_conversation(
    conversation_id: UUID, reason: ErasureReason, ports: Ports, *, wait_s: float
) -> Erasure | None:
    """Have a conversation erased. The erasure, None when it is not done within `wait_s`; it will be.

    Raises:
        TransientError: the wish is not known to be safe; ask again.
    """
    try:
        if (known := await ports.privacy.erasure(conversation_id, waits=False)) is not None:
            return known
    except LeadstoreUnavailable:
        logger.warning("erasure_unknown_yet", conversation_id=str(conversation_id))
    await _request([conversation_id], reason, ports)
    return await _follow(conversation_id, ports, wait_s)


async def erase_person(person: Person, ports: Ports, *, wait_s: float) -> ErasureOrder:
    """Have all conversations of a person erased; what is open after `wait_s` will be erased.

    Raises:
        TransientError: not all wishes are known to be safe; ask again.
    """
    # First of all, so that nothing is answered while somebody is missing.
    by_mail = await ports.mail_recipients.forget(person)
    wanted = PersonToErase(email=person.email, conversation_ids=tuple(by_mail))
    order = await ports.privacy.order_erasure(wanted)
    await _request(order.conversation_ids, "operator", ports)
    deadline_s = asyncio.get_running_loop().time() + wait_s
    for conversation_id in order.conversation_ids:
        remaining_s = deadline_s - asyncio.get_running_loop().time()
        if await _follow(conversation_id, ports, remaining_s) is None:
            break
    return await ports.privacy.erasure_order(order.order_id) or order


async def erasures_of(wish: ErasureWish, ports: Ports) -> tuple[list[Erasure], bool]:
    """The erasures that are done of what somebody follows, and whether that is all.

    What is open of an order is asked for again: whoever took the order may have died before.

    Raises:
        ErasureUnknown: there is no such order.
        TransientError: nobody knows at the moment.
    """
    if wish.kind == "conversation":
        erasure = await ports.privacy.erasure(wish.id, waits=False)
        return ([] if erasure is None else [erasure]), erasure is not None
    order = await ports.privacy.erasure_order(wish.id)
    if order is None:
        raise ErasureUnknown("There is no such erasure.")
    if ports.clock() - order.ordered_at > _ORDERED_AGAIN_AFTER:
        await _request(order.open_ids, "operator", ports)
    return list(order.erasures), not order.open_ids


async def _request(conversation_ids: Sequence[UUID], reason: ErasureReason, ports: Ports) -> None:
    events = [_requested(conversation_id, reason, ports) for conversation_id in conversation_ids]
    if not events:
        return
    await ports.publisher.publish(*events)
    for conversation_id in conversation_ids:
        try:
            await ports.idempotency_store.note_erasing(conversation_id)
        except TransientError:
            # Dialogue notes it as well, once it is done.
            logger.warning("erasing_not_noted", conversation_id=str(conversation_id))


def _requested(conversation_id: UUID, reason: ErasureReason, ports: Ports) -> CloudEvent[ErasureRequested]:
    return originate(
        ErasureRequested(conversation_id=conversation_id, reason=reason),
        event_id=derive_id(conversation_id, ErasureRequested.type_name()),
        source="gateway",
        time=ports.clock(),
    )


async def _follow(conversation_id: UUID, ports: Ports, wait_s: float) -> Erasure | None:
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + wait_s
    while loop.time() < deadline_s:
        try:
            async with asyncio.timeout_at(deadline_s):
                if (erasure := await ports.privacy.erasure(conversation_id, waits=True)) is not None:
                    return erasure
        except LeadstoreUnavailable:
            await asyncio.sleep(_ASK_AGAIN_S)
        except TimeoutError:
            break
    return None
