"""Access tokens for Kafka, by the client credentials grant of OAuth 2."""

import asyncio
import time
from typing import Any, Final

import httpx2
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaError
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from pydantic import SecretStr

from chassis.errors import TransientError

_TIMEOUT_S: Final = 8.0
_AUTHENTICATION: Final = "client_secret_basic"
# A token is used for this part of its life, which is short where its server does not say how long it is.
_USED: Final = 0.8
_UNTOLD_LIFE_S: Final = 60.0


class TokenUnavailable(TransientError, KafkaError):  # type: ignore[misc]  # aiokafka ships no types
    """No access token for Kafka: its server is away, or does not know us. The message says which."""

    @property
    def label(self) -> str:
        """With the message, which names no secret."""
        return f"{super().label}: {self}"


class ClientCredentials(AbstractTokenProvider):  # type: ignore[misc]  # aiokafka ships no types
    """Has a token for each new connection, the same one until four fifths of its life are over."""

    def __init__(
        self, token_url: str, client_id: str, *, client_secret: SecretStr, scope: str | None
    ) -> None:
        self._url = token_url
        self._client_id = client_id
        self._secret = client_secret
        self._scope = scope
        self._token = ""
        self._fresh_until_s = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def token(self) -> str:
        """A token that is good for a while.

        Raises:
            TokenUnavailable: there is none now; clients try again.
        """
        async with self._one_at_a_time:
            if time.monotonic() >= self._fresh_until_s:
                asked_at_s = time.monotonic()
                answer = await self._fetch()
                self._token = str(answer["access_token"])
                life_s = float(answer.get("expires_in") or _UNTOLD_LIFE_S)
                self._fresh_until_s = asked_at_s + _USED * life_s
            return self._token

    async def _fetch(self) -> dict[str, Any]:
        client = AsyncOAuth2Client(
            self._client_id,
            self._secret.get_secret_value(),
            token_endpoint_auth_method=_AUTHENTICATION,
            scope=self._scope,
            timeout=_TIMEOUT_S,
        )
        try:
            async with client:
                answer: dict[str, Any] = await client.fetch_token(self._url, grant_type="client_credentials")
        except OAuthError as error:
            raise TokenUnavailable(f"the token server refuses us: {error.error}") from error
        except httpx2.HTTPStatusError as error:
            raise TokenUnavailable(f"the token server answers {error.response.status_code}") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise TokenUnavailable(f"the token server: {type(error).__name__}") from error
        if not answer.get("access_token"):
            raise TokenUnavailable("the token server sent no access_token")
        return answer
