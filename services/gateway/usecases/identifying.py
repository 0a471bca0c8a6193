"""Which conversation a visitor goes on with whose website has proven who they are."""

from uuid import UUID

import structlog

from chassis.errors import TransientError
from services.gateway.ports import IdempotencyStore

logger = structlog.get_logger()


async def find_conversation(identity: str, store: IdempotencyStore) -> UUID | None:
    """The newest conversation of a verified visitor; None without one, and where nobody knows."""
    try:
        found = await store.conversation_of(identity)
        return None if found is None or await store.is_erased(found) else found
    except TransientError:
        logger.warning("identity_unchecked")
        return None


async def remember_identity(identity: str, conversation_id: UUID, store: IdempotencyStore) -> None:
    """Note that this conversation is theirs. Without its store they begin anew elsewhere."""
    try:
        await store.remember_identity(identity, conversation_id)
    except TransientError:
        logger.warning("identity_not_noted", conversation_id=str(conversation_id))
