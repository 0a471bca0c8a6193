"""An identity provider on loopback that holds its clients to OpenID Connect, and can be told to lie."""

import base64
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "salesbot", "the secret of the client"


@dataclass
class FakeOidc:
    """Signs in whoever comes. `lies` replace claims of the ID tokens, None takes one away.

    `lacks` names a member that its configuration is without.
    """

    url: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "42", "name": "Ada", "groups": ["sales"]})
    lies: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signing_key: Any = None
    algorithm: str = "RS256"
    kid: str = "one"
    refuses: bool = False
    is_away: bool = False
    lacks: str = ""
    codes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    # What it gives services that come with a secret of their own, for Kafka.
    clients: dict[str, str] = field(default_factory=dict)
    token_life_s: float = 60.0
    tokens: list[str] = field(default_factory=list)

    async def discovery(self, _request: web.Request) -> web.Response:
        if self.is_away:
            return web.Response(status=502)
        ways = {name: f"{self.url}/{name}" for name in ("authorize", "token", "jwks")}
        configuration = {
            "issuer": self.url,
            "authorization_endpoint": ways["authorize"],
            "token_endpoint": ways["token"],
            "jwks_uri": ways["jwks"],
        }
        configuration.pop(self.lacks, None)
        return web.json_response(configuration)

    async def authorize(self, request: web.Request) -> web.Response:
        asked = request.query
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT_ID)
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe()
        self.codes[code] = dict(asked)
        answer = {"error": "access_denied"} if self.refuses else {"code": code}
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode({**answer, 'state': asked['state']})}")

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form.get("grant_type") == "client_credentials":
            return self._client_credentials(request)
        began = self.codes.pop(str(form.get("code")), None)
        client = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {client}":
            return web.json_response({"error": "invalid_client"}, status=401)
        digest = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        proof = (challenge, form.get("redirect_uri"))
        if began is None or (began["code_challenge"], began["redirect_uri"]) != proof:
            return web.json_response({"error": "invalid_grant"}, status=400)
        token = {"access_token": "a", "token_type": "Bearer", "id_token": self._id_token(began["nonce"])}
        return web.json_response(token)

    def _client_credentials(self, request: web.Request) -> web.Response:
        kind, _, encoded = request.headers.get("authorization", "").partition(" ")
        client, _, secret = base64.b64decode(encoded).decode().partition(":")
        if self.is_away or kind != "Basic" or self.clients.get(client) != secret:
            return web.json_response({"error": "invalid_client"}, status=503 if self.is_away else 401)
        now = time.time()
        claims = {"iss": self.url, "aud": "kafka", "sub": client, "iat": now, "exp": now + self.token_life_s}
        token = jwt.encode({"alg": self.algorithm, "kid": self.kid}, claims, self.key, algorithms=["RS256"])
        self.tokens.append(client)
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": self.token_life_s}
        return web.json_response(answer)

    async def jwks(self, _request: web.Request) -> web.Response:
        return web.json_response({"keys": [self.key.as_dict(private=False)]})

    def sign_with_the_client_secret(self) -> None:
        """As somebody would who knows the secret of the client and not the provider's key."""
        self.signing_key, self.algorithm = OctKey.import_key(CLIENT_SECRET), "HS256"

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 60, "nonce": nonce}
        told = {**claims, **self.claims, **self.lies}
        told = {name: value for name, value in told.items() if value is not None}
        header = {"alg": self.algorithm, "kid": self.kid}
        return jwt.encode(header, told, self.signing_key or self.key, algorithms=["RS256", "HS256"])


@asynccontextmanager
async def running_oidc() -> AsyncIterator[FakeOidc]:
    oidc, app = FakeOidc(), web.Application()
    app.router.add_get("/.well-known/openid-configuration", oidc.discovery)
    app.router.add_get("/authorize", oidc.authorize)
    app.router.add_post("/token", oidc.token)
    app.router.add_get("/jwks", oidc.jwks)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    oidc.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield oidc
    await runner.cleanup()
