"""Proves that a booking belongs to a conversation: visitors can edit a link and what it carries."""

import base64
import hashlib
import hmac
from uuid import UUID

# 80 bits cannot be guessed, and are exactly 16 letters in base32, without padding.
_TOKEN_BYTES = 10


def conversation_token(conversation_id: UUID, secret: bytes) -> str:
    """The token of 16 letters that a booking link of the conversation carries.

    The first 80 bits of HMAC-SHA256 over `booking:<conversation id>`, as lower-case base32.
    """
    mac = hmac.new(secret, f"booking:{conversation_id}".encode(), hashlib.sha256).digest()
    return base64.b32encode(mac[:_TOKEN_BYTES]).decode().lower()


def proven_conversation(conversation_id: object, token: object, secret: bytes) -> UUID | None:
    """The conversation that a booking says it belongs to, None where the token does not prove it."""
    try:
        claimed = UUID(str(conversation_id))
    except ValueError:
        return None
    given = str(token).strip().lower().encode("utf-8", "replace")
    return claimed if hmac.compare_digest(conversation_token(claimed, secret).encode(), given) else None


def unproven_conversation(provider_id: str, secret: bytes) -> UUID:
    """A stand-in for the conversation of a booking that proves none: the same for the same booking.

    Erasing whoever booked destroys its key, so it has to be theirs alone, and of this booking alone: they
    may come back.
    """
    mac = hmac.new(secret, f"unproven:{provider_id}".encode(), hashlib.sha256).digest()
    return UUID(bytes=mac[:16], version=5)
