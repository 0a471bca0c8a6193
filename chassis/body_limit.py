"""A limit on request bodies, answered as a problem document; the framework's own answers in plain text."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.problems import Problem


class BodyLimit:
    """ASGI middleware: refuses a body larger than `max_bytes`, with or without a Content-Length."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = next((value for name, value in scope["headers"] if name == b"content-length"), None)
        if length is None or not length.isdigit():
            # Announced by nobody, or in no number: what comes is counted.
            await self._app(scope, self._counting(receive), send)
        elif int(length) <= self._max_bytes:
            # The server holds a client to the length it announced.
            await self._app(scope, receive, send)
        else:
            await self._too_large().response()(scope, receive, send)

    def _counting(self, receive: Receive) -> Receive:
        received_bytes = 0

        async def count() -> Message:
            nonlocal received_bytes
            message = await receive()
            received_bytes += len(message.get("body", b""))
            if received_bytes > self._max_bytes:
                raise self._too_large()
            return message

        return count

    def _too_large(self) -> Problem:
        return Problem(
            status=413,
            code="content-too-large",
            title="Content Too Large",
            detail=f"A body may have at most {self._max_bytes} bytes.",
            # What is left of the body is not read.
            headers={"connection": "close"},
        )
