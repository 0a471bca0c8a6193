"""A limit on request bodies, answered as a problem document; the framework's own answers in plain text."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.problems import Problem


class BodyLimit:
    """ASGI middleware: refuses a body larger than `max_bytes`, with or without a Content-Length.

    `by_path` gives paths that begin so a limit of their own; the longest beginning counts.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, by_path: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._by_path = sorted((by_path or {}).items(), key=lambda each: len(each[0]), reverse=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most_at(scope["path"])
        length = next((value for name, value in scope["headers"] if name == b"content-length"), None)
        if length is None or not length.isdigit():
            # Announced by nobody, or in no number: what comes is counted.
            await self._app(scope, _counting(receive, most), send)
        elif int(length) <= most:
            # The server holds a client to the length it announced.
            await self._app(scope, receive, send)
        else:
            await _too_large(most).response()(scope, receive, send)

    def _most_at(self, path: str) -> int:
        return next((most for start, most in self._by_path if path.startswith(start)), self._max_bytes)


def _counting(receive: Receive, most: int) -> Receive:
    received_bytes = 0

    async def count() -> Message:
        nonlocal received_bytes
        message = await receive()
        received_bytes += len(message.get("body", b""))
        if received_bytes > most:
            raise _too_large(most)
        return message

    return count


def _too_large(most: int) -> Problem:
    return Problem(
        status=413,
        code="content-too-large",
        title="Content Too Large",
        detail=f"A body may have at most {most} bytes.",
        # What is left of the body is not read.
        headers={"connection": "close"},
    )
