"""How many requests and streams may be open at once, for each client and in all."""

from collections import Counter
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis import metrics
from chassis.problems import Problem

_RETRY_AFTER_S = 5
_PROBES = frozenset({"/livez", "/readyz", "/health", "/metrics"})
# Try again later (RFC 6455 registry).
_WEBSOCKET_TRY_LATER = 1013

ClientOf = Callable[[str], str | None]


class OpenRequests:
    """ASGI middleware: refuses what would be one open request, stream or WebSocket too many.

    Args:
        app: what is protected.
        most: how many may be open in this process.
        most_per_client: how many of them may be of one client.
        client_of: which client a network address is; None for one that may have as many as there is room for.
    """

    def __init__(self, app: ASGIApp, *, most: int, most_per_client: int, client_of: ClientOf) -> None:
        self._app = app
        self._most = most
        self._most_per_client = most_per_client
        self._client_of = client_of
        self._open = 0
        self._open_by_client: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in {"http", "websocket"} or scope["path"] in _PROBES:
            await self._app(scope, receive, send)
            return
        address = scope["client"][0] if scope.get("client") else ""
        client = self._client_of(address)
        refusal = self._refusal(client)
        if refusal is not None:
            metrics.OPEN_REQUESTS_REFUSED.labels(refusal.code).inc()
            await _answer(refusal, scope, receive, send)
            return
        self._count(client, 1)
        try:
            await self._app(scope, receive, send)
        finally:
            self._count(client, -1)

    def _refusal(self, client: str | None) -> Problem | None:
        if self._open >= self._most:
            return _problem(
                503, "too-many-open-requests", "There is no room for one more request. Try again soon."
            )
        if client is not None and self._open_by_client[client] >= self._most_per_client:
            return _problem(
                429,
                "too-many-open-requests-of-one-address",
                f"One address may have {self._most_per_client} requests open at once.",
            )
        return None

    def _count(self, client: str | None, change: int) -> None:
        self._open += change
        metrics.OPEN_REQUESTS.set(self._open)
        if client is None:
            return
        self._open_by_client[client] += change
        if not self._open_by_client[client]:
            del self._open_by_client[client]


def _problem(status: int, code: str, detail: str) -> Problem:
    title = "Too Many Requests" if status == 429 else "Service Unavailable"
    headers = {"retry-after": str(_RETRY_AFTER_S)}
    return Problem(status=status, code=code, title=title, detail=detail, headers=headers)


async def _answer(refusal: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    can_deny = "websocket.http.response" in scope.get("extensions", {})
    if scope["type"] == "websocket" and not can_deny:
        await receive()
        await send({"type": "websocket.close", "code": _WEBSOCKET_TRY_LATER})
        return
    await refusal.response()(scope, receive, send)
