"""Says which conversation a request opens, and which session a conversation is bound to."""

from hmac import compare_digest
from uuid import UUID

import structlog

from chassis.errors import TransientError
from services.gateway.domain import OpeningRequest, Visitor
from services.gateway.errors import ConversationErased, CredentialsInvalid, IdempotencyKeyReused
from services.gateway.ports import IdempotencyStore, Ports

logger = structlog.get_logger()


async def open_conversation(opening: OpeningRequest, ports: Ports, *, is_proven: bool) -> UUID:
    """The conversation that an opening means: the same for every repeat of it, also across midnight.

    Args:
        opening: what the request opens.
        ports: where openings are remembered.
        is_proven: an API key says who repeats it. A visitor may repeat it until a session token that came
            of it is used: whoever has one of those need not, and nobody else may.

    Raises:
        IdempotencyKeyReused: the key came with other content, or its conversation goes on already.
    """
    try:
        earlier = await ports.idempotency_store.claim_opening(opening)
        if earlier is None:
            return opening.conversation_id
        if earlier.fingerprint != opening.fingerprint:
            raise IdempotencyKeyReused("This Idempotency-Key came with another message before.")
        if not is_proven and await ports.idempotency_store.is_bound(earlier.conversation_id):
            raise IdempotencyKeyReused(
                "The conversation that this Idempotency-Key opened goes on already. Send its session token, "
                "or open another conversation with a new key."
            )
    except TransientError:
        # The same request means the same conversation, so going on unchecked opens no second one.
        logger.warning("opening_unchecked", conversation_id=str(opening.conversation_id))
        return opening.conversation_id
    return earlier.conversation_id


async def check_session(visitor: Visitor, store: IdempotencyStore) -> None:
    """Bind the conversation to the session whose token is used first.

    Raises:
        CredentialsInvalid: the conversation goes on in another session.
        ConversationErased: it was erased, or is about to be.
    """
    await require_not_erased(visitor.conversation_id, store)
    await check_binding(visitor, store)


async def require_not_erased(conversation_id: UUID, store: IdempotencyStore) -> None:
    """Return unless a conversation was erased, or is about to be; raises ConversationErased."""
    try:
        is_erased = await store.is_erased(conversation_id)
    except TransientError:
        # Dialogue and leadstore know it for good.
        logger.warning("erasure_unchecked", conversation_id=str(conversation_id))
        return
    if is_erased:
        raise ConversationErased("This conversation was erased.")


async def check_binding(visitor: Visitor, store: IdempotencyStore) -> None:
    """Bind the conversation to the session whose token is used first; raises CredentialsInvalid."""
    if visitor.session_id is None:
        return
    try:
        bound = await store.bind_session(visitor.conversation_id, visitor.session_id)
    except TransientError:
        logger.warning("session_unchecked", conversation_id=str(visitor.conversation_id))
        return
    if not compare_digest(bound, visitor.session_id):
        raise CredentialsInvalid("This conversation goes on in another session. Open a new one.")
