"""Which conversation a request without a conversation id opens, and whether it may be repeated."""

import hmac
import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from contracts.values import KnownVisitor

_NAMESPACE = UUID("6f0b6b3e-5d2c-5c0e-9f0a-7d3a4b0a9b51")
_FEWEST_DISTINCT = 8
# What random generators write: UUIDs of version 4 and 7, hexadecimal, and one long run of letters and digits.
_RANDOM_UUID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE
)
_HEXADECIMAL = re.compile(r"[0-9a-f]+", re.IGNORECASE)
_ONE_CASE = re.compile(r"[0-9a-z]{24,}|[0-9A-Z]{24,}")
_TWO_CASES = re.compile(r"[0-9A-Za-z_+/-]{21,}")
_SHORTEST_HEXADECIMAL = 32


@dataclass(frozen=True, slots=True)
class OpeningRequest:
    """A request that opens a conversation and may be repeated.

    Attributes:
        id: the same for every request of this client with this idempotency key.
        conversation_id: what the request opens unless an earlier one did.
        fingerprint: equal for equal content.
    """

    id: UUID
    conversation_id: UUID
    fingerprint: str


def opening_request_of(
    opener: str, idempotency_key: str, fingerprint: str, *, on: date, secret: bytes
) -> OpeningRequest:
    """The opening that a request means: the same for every repeat of it on the same day.

    The conversation depends on the content too, so that a key alone never leads into a conversation, not
    even after everything about it was forgotten.
    """
    named = f"{len(opener)}|{opener}|{idempotency_key}"
    digest = hmac.digest(secret, f"{on.isoformat()}|{fingerprint}|{named}".encode(), "sha256")
    return OpeningRequest(
        id=uuid5(_NAMESPACE, named),
        conversation_id=UUID(bytes=digest[:16], version=5),
        fingerprint=fingerprint,
    )


def fingerprint_of(
    source: str, message: str, idempotency_key: str, visitor: KnownVisitor | None = None
) -> str:
    """Equal for equal content under one idempotency key, so that a reused key is noticed.

    It is kept, and the key is not: nobody can find out a short message by trying.
    """
    # No message holds a NUL, so nothing that is said reads like what the website told.
    told = f"\0{visitor.model_dump_json(exclude={'is_verified'})}" if visitor is not None else ""
    return hmac.digest(idempotency_key.encode(), f"{source}|{message}{told}".encode(), "sha256").hex()


def is_guessable(idempotency_key: str) -> bool:
    """Whether a key lacks the shape of at least 120 random bits (74 in a UUID of version 7).

    A counter, a date, a word or a UUID of another version is something that two clients may choose alike.
    """
    if any(_is_varied(found[0]) for found in _RANDOM_UUID.finditer(idempotency_key)):
        return False
    return not any(
        _is_varied(run[0]) and _is_random_run(run[0])
        for pattern in (_ONE_CASE, _TWO_CASES)
        for run in pattern.finditer(idempotency_key)
    )


def _is_random_run(run: str) -> bool:
    if not any(sign.isalpha() for sign in run):
        return False
    if _ONE_CASE.fullmatch(run):
        is_hexadecimal = _HEXADECIMAL.fullmatch(run) is not None
        has_digits = any(sign.isdigit() for sign in run)
        return has_digits and (not is_hexadecimal or len(run) >= _SHORTEST_HEXADECIMAL)
    return any(sign.islower() for sign in run) and any(sign.isupper() for sign in run)


def _is_varied(text: str) -> bool:
    return len(set(text.lower())) >= _FEWEST_DISTINCT
