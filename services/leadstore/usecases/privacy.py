"""What is held of a person, and what was erased."""

from contextlib import suppress
from uuid import UUID, uuid4

import structlog

from chassis.clock import Clock
from contracts.erasures import Erasure, ErasureOrder, Person, PersonToErase
from services.leadstore.domain import ConversationExport, PersonExport, export_of
from services.leadstore.errors import ErasedConversation, UnknownConversation, UnknownErasure
from services.leadstore.ports import PrivacyStore, ProjectionNotifier, ReadModel
from services.leadstore.usecases.conversations import existing_transcript
from services.leadstore.usecases.waiting import read_until

logger = structlog.get_logger()


async def read_erasure(
    conversation_id: UUID, privacy: PrivacyStore, notifier: ProjectionNotifier, *, waits: bool
) -> Erasure:
    """The erasure of a conversation; `waits` up to two seconds for it.

    Raises:
        UnknownErasure: it is not erased, or not yet.
    """
    erasure = await read_until(
        conversation_id,
        notifier,
        lambda: privacy.erasure(conversation_id),
        is_enough=lambda erasure: erasure is not None or not waits,
    )
    if erasure is None:
        raise UnknownErasure(f"conversation {str(conversation_id)!r} is not erased")
    return erasure


async def order_erasure(person: PersonToErase, privacy: PrivacyStore, clock: Clock) -> ErasureOrder:
    """Note which conversations of a person are to be erased. The address itself is not kept."""
    found = await privacy.conversations_of(_normalised(person.email))
    # Others know of conversations in which nothing was said here.
    found = tuple(dict.fromkeys((*found, *person.conversation_ids)))
    order = ErasureOrder(order_id=uuid4(), ordered_at=clock(), conversation_ids=found)
    if found:
        await privacy.order(order)
    logger.info("erasure_ordered", order_id=str(order.order_id), conversations=len(found))
    return order


async def read_order(order_id: UUID, privacy: PrivacyStore) -> ErasureOrder:
    """What became of an order; raises UnknownErasure when there is none."""
    order = await privacy.find_order(order_id)
    if order is None:
        raise UnknownErasure(f"there is no order {str(order_id)!r}")
    return order


async def export_conversation(
    conversation_id: UUID, read_model: ReadModel, privacy: PrivacyStore, clock: Clock
) -> ConversationExport:
    """Everything that is held of a conversation.

    Raises:
        UnknownConversation: nothing was said in it.
        ErasedConversation: it was erased.
    """
    transcript = await existing_transcript(conversation_id, read_model)
    return export_of(transcript, await privacy.records(conversation_id), at=clock())


async def export_person(
    person: Person, read_model: ReadModel, privacy: PrivacyStore, clock: Clock
) -> PersonExport:
    """Everything that is held of the conversations in which a person gave their address."""
    exports = []
    for conversation_id in await privacy.conversations_of(_normalised(person.email)):
        # One that was erased since, or whose first message is not projected yet, has nothing to be read.
        with suppress(UnknownConversation, ErasedConversation):
            exports.append(await export_conversation(conversation_id, read_model, privacy, clock))
    return PersonExport(exported_at=clock(), conversations=tuple(exports))


def _normalised(address: str) -> str:
    return address.strip().lower()
