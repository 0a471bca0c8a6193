"""What a website signs for a visitor it knows, such as after a login: that an address is theirs."""

from collections.abc import Mapping
from datetime import datetime
from hmac import digest
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from contracts.text import is_address
from contracts.values import KnownVisitor, ToldVisitor
from services.gateway.domain.sites import Site

_LEEWAY_S: Final = 60
_ALGORITHMS: Final = ["HS256"]
_NAMESPACE: Final = "salesbot|identity"


def known_visitor(told: ToldVisitor, token: str | None, site: Site, now: datetime) -> KnownVisitor:
    """The visitor as told; verified, with the address of the token, where the site has signed it.

    A token that is forged, malformed or too old verifies nothing, and a page that was open for long goes on.
    """
    unverified = KnownVisitor(name=told.name, email=told.email)
    address = _signed_address(token, site, now) if token else None
    return unverified if address is None else KnownVisitor(name=told.name, email=address, is_verified=True)


def identity_of(visitor: KnownVisitor | None, site: Site, secret: bytes) -> str | None:
    """A name for a verified visitor of a site that tells nobody the address; None for any other."""
    if visitor is None or not visitor.is_verified or visitor.email is None:
        return None
    return digest(secret, f"{_NAMESPACE}|{site.key}|{visitor.email.lower()}".encode(), "sha256").hex()


def _signed_address(token: str, site: Site, now: datetime) -> str | None:
    if site.identity_secret is None:
        return None
    key = OctKey.import_key(site.identity_secret.get_secret_value())
    try:
        claims: Mapping[str, Any] = jwt.decode(token, key, algorithms=_ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()), leeway=_LEEWAY_S, exp={"essential": True}, email={"essential": True}
        ).validate(dict(claims))
    except (JoseError, ValueError, TypeError):
        return None
    address = claims["email"]
    return address if isinstance(address, str) and is_address(address) else None
