"""The keys in Redis that hold something of a conversation. Whoever erases it has to know all of them.

All of it may vanish at any time, and all of it expires.
"""

from collections.abc import Iterable
from uuid import UUID

from contracts.leases import speaker_lease_key
from contracts.reply_stream import reply_key

ERASED_FOR_S = 30 * 24 * 60 * 60
"""How long it is noted that a conversation was erased: as long as a session token of it may be shown."""


def claim_key(turn_id: UUID) -> str:
    """With which content an idempotency key was used first."""
    return f"claim:{turn_id}"


def session_key(conversation_id: UUID) -> str:
    """The session that a conversation is bound to."""
    return f"session:{conversation_id}"


def identity_key(conversation_id: UUID) -> str:
    """Which verified visitor a conversation is held with, as a keyed hash."""
    return f"identity-of:{conversation_id}"


def sequence_key(conversation_id: UUID) -> str:
    """How far a conversation was seen to have come."""
    return f"sequence:{conversation_id}"


def booking_link_key(conversation_id: UUID) -> str:
    """The booking link that a conversation got."""
    return f"booking-link:{conversation_id}"


def booking_trace_key(conversation_id: UUID) -> str:
    """The trace in which a conversation got its booking link."""
    return f"booking-trace:{conversation_id}"


def draft_key(request_id: UUID) -> str:
    """The draft that answers a request for a proposal."""
    return f"proposal-draft:{request_id}"


def erased_key(conversation_id: UUID) -> str:
    """That a conversation was erased, or is about to be."""
    return f"erased:{conversation_id}"


def keys_of(conversation_id: UUID, turn_ids: Iterable[UUID], request_ids: Iterable[UUID]) -> list[str]:
    """Every key that holds something of a conversation.

    Args:
        conversation_id: whose.
        turn_ids: of what the visitor said.
        request_ids: of the events that asked for a proposal.
    """
    of_turns = [key(turn_id) for turn_id in turn_ids for key in (reply_key, claim_key)]
    of_requests = map(draft_key, request_ids)
    own = (session_key, identity_key, sequence_key, booking_link_key, booking_trace_key, speaker_lease_key)
    return [*of_turns, *of_requests, *(key(conversation_id) for key in own)]
