"""Receipts for erasures: signed, so that anybody can check them against the published keys, now and later."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from itsdangerous import BadSignature
from joserfc import jws
from joserfc.jwk import OKPKey

from chassis.signing import TokenSigner, derive_key, key_id
from contracts.erasures import Erasure
from services.gateway.errors import ErasureUnknown

_PURPOSE = "erasure receipt"
_ALGORITHM = "Ed25519"
_FOLLOWED_FOR_S = 10 * 365 * 24 * 60 * 60
# What a receipt states of each place; docs/privacy.md says the same of every kind of data.
_PLACES = {
    "postgresql": "deleted, with the keys of the conversation",
    "redis": "deleted; what is not found by the conversation expires within 24 hours",
    "kafka": "unreadable since the keys are destroyed; leads are deleted from the public stream within a day",
    "deliveries": "what subscribers are told last of the lead (delivery.state) is that it was erased",
    "backups": "erased again when a backup is restored",
}


@dataclass(frozen=True, slots=True)
class ErasureWish:
    """An erasure that somebody follows: of one conversation, or an order for all of a person."""

    kind: Literal["conversation", "order"]
    id: UUID


class Receipts:
    """Signs receipts, and the links under which an erasure is followed.

    A receipt is a JSON Web Signature in compact form. The same erasure gives the same receipt, as long as the
    secret is the same.

    Args:
        secrets: the first signs, the keys of all are published.
        issuer: who says so.
    """

    def __init__(self, secrets: tuple[str, ...], *, issuer: str) -> None:
        self._issuer = issuer
        self._links = TokenSigner(secrets, purpose="erasure", unnamed_salt="erasure")
        self._keys = [_signing_key(secret) for secret in secrets]

    def sign(self, wish: ErasureWish, erasures: Sequence[Erasure]) -> str:
        """The receipt for erasures that are done."""
        key = self._keys[0]
        in_order = sorted(erasures, key=lambda erasure: str(erasure.conversation_id))
        claims = {
            "iss": self._issuer,
            "jti": str(wish.id),
            "iat": max((int(erasure.erased_at.timestamp()) for erasure in erasures), default=None),
            "erasures": [erasure.model_dump(mode="json") for erasure in in_order],
            "places": _PLACES,
        }
        stated = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": _ALGORITHM, "typ": "erasure+jws", "kid": key.kid}
        return jws.serialize_compact(header, orjson.dumps(stated), key, algorithms=[_ALGORITHM])

    def public_keys(self) -> dict[str, Any]:
        """The JSON Web Key Set by which a receipt is checked."""
        return {"keys": [key.as_dict(private=False) for key in self._keys]}

    def link(self, wish: ErasureWish) -> str:
        """The token under which an erasure is followed; it opens nothing else."""
        return self._links.sign([wish.kind, wish.id.hex])

    def read_link(self, token: str) -> ErasureWish:
        """What a link follows.

        Raises:
            ErasureUnknown: it is forged or malformed.
        """
        try:
            (kind, named), _ = self._links.read(token, max_age_s=_FOLLOWED_FOR_S)
            return ErasureWish("order" if kind == "order" else "conversation", UUID(hex=named))
        except (BadSignature, ValueError, TypeError, AttributeError) as error:
            raise ErasureUnknown("There is no such erasure.") from error


def _signing_key(secret: str) -> OKPKey:
    seed = derive_key(secret, _PURPOSE)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    parts = {"kty": "OKP", "crv": "Ed25519", "d": _base64(seed), "x": _base64(public)}
    return OKPKey.import_key({**parts, "kid": key_id(secret, _PURPOSE), "alg": _ALGORITHM, "use": "sig"})


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
