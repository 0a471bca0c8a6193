"""An identity provider that speaks OpenID Connect: authorization code with PKCE.

https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth
"""

import time
from collections.abc import Mapping
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from pydantic import SecretStr

from services.gateway.domain import Identity, PendingSignIn
from services.gateway.errors import IdentityProviderUnavailable, SignInRefused
from services.gateway.settings import OidcSettings

_TIMEOUT_S = 8.0
_KEPT_S = 3600.0
_LEEWAY_S = 60
_LONGEST_NAME = 200
_NEEDED = frozenset({"authorization_endpoint", "token_endpoint", "jwks_uri"})
# Signatures with a public key alone: with a shared secret, whoever knows it could vouch for anybody.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


class OidcProvider:
    """Implements the port IdentityProvider."""

    def __init__(
        self, issuer: str, client_id: str, *, client_secret: SecretStr | None, groups_claim: str
    ) -> None:
        self._issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._groups_claim = groups_claim
        self._metadata: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._read_at_s = 0.0

    async def sign_in_url(self, pending: PendingSignIn, redirect_uri: str) -> str:
        metadata = await self._discover()
        url, _ = self._client(redirect_uri).create_authorization_url(
            metadata["authorization_endpoint"],
            state=pending.state,
            nonce=pending.nonce,
            code_verifier=pending.code_verifier,
        )
        return str(url)

    async def identity(self, code: str, pending: PendingSignIn, redirect_uri: str) -> Identity:
        metadata = await self._discover()
        try:
            async with self._client(redirect_uri) as client:
                token = await client.fetch_token(
                    metadata["token_endpoint"], code=code, code_verifier=pending.code_verifier
                )
        except OAuthError as error:
            raise SignInRefused("The identity provider did not accept the sign-in.") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise IdentityProviderUnavailable(f"token: {type(error).__name__}") from error
        claims = await self._claims_in(str(token.get("id_token", "")), pending.nonce)
        return self._identity_in(claims)

    def _client(self, redirect_uri: str) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            client_id=self._client_id,
            client_secret=self._client_secret and self._client_secret.get_secret_value(),
            token_endpoint_auth_method="client_secret_basic" if self._client_secret else "none",
            scope="openid profile email",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=_TIMEOUT_S,
        )

    async def _claims_in(self, id_token: str, nonce: str) -> Mapping[str, Any]:
        """The claims of an ID token that was signed by the issuer for us, for this sign-in, lately."""
        try:
            try:
                token = jwt.decode(id_token, await self._key_set(), registry=_registry())
            except InvalidKeyIdError:
                # The provider has rotated its keys since they were read.
                token = jwt.decode(id_token, await self._key_set(is_fresh=True), registry=_registry())
            jwt.JWTClaimsRegistry(
                leeway=_LEEWAY_S,
                iss={"essential": True, "value": str(self._metadata["issuer"])},
                aud={"essential": True, "value": self._client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(token.claims)
        except (JoseError, ValueError) as error:
            raise SignInRefused("The identity provider's answer is not valid.") from error
        self._require_own_party(token.claims)
        return token.claims

    def _require_own_party(self, claims: Mapping[str, Any]) -> None:
        """Refuse a token that is for several clients, or was asked for by another one."""
        is_shared = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        party = claims.get("azp")
        if (is_shared or party is not None) and party != self._client_id:
            raise SignInRefused("The identity provider's answer is for another client.")

    def _identity_in(self, claims: Mapping[str, Any]) -> Identity:
        email = claims.get("email") if claims.get("email_verified") is True else None
        names = (claims.get("name"), claims.get("preferred_username"), email, claims["sub"])
        groups = claims.get(self._groups_claim) or ()
        return Identity(
            subject=str(claims["sub"]),
            name=str(next(filter(None, names)))[:_LONGEST_NAME],
            email=str(email) if email else None,
            groups=frozenset(map(str, [groups] if isinstance(groups, str) else groups)),
        )

    async def _discover(self) -> dict[str, Any]:
        if self._metadata and time.monotonic() - self._read_at_s < _KEPT_S:
            return self._metadata
        found = await _read(f"{self._issuer}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != self._issuer:
            raise IdentityProviderUnavailable("its configuration names another issuer")
        if lacking := _NEEDED - found.keys():
            raise IdentityProviderUnavailable(f"its configuration lacks {' and '.join(sorted(lacking))}")
        self._metadata, self._keys, self._read_at_s = found, None, time.monotonic()
        return found

    async def _key_set(self, *, is_fresh: bool = False) -> KeySet:
        if self._keys is None or is_fresh:
            self._keys = KeySet.import_key_set(await _read(self._metadata["jwks_uri"]))  # type: ignore[arg-type]
        return self._keys


def make_identity_provider(settings: OidcSettings) -> OidcProvider | None:
    """The provider that is configured, None without one."""
    if settings.issuer is None or settings.client_id is None:
        return None
    return OidcProvider(
        settings.issuer,
        settings.client_id,
        client_secret=settings.client_secret,
        groups_claim=settings.groups_claim,
    )


def _registry() -> JWSRegistry:
    return JWSRegistry(algorithms=list(_ALGORITHMS), strict_check_header=False)


async def _read(url: str) -> dict[str, Any]:
    try:
        async with httpx2.AsyncClient(timeout=_TIMEOUT_S) as client:
            answer = await client.get(url)
            answer.raise_for_status()
            found = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise IdentityProviderUnavailable(f"{type(error).__name__}") from error
    if not isinstance(found, dict):
        raise IdentityProviderUnavailable("its configuration is no object")
    return found
