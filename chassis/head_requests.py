"""HEAD for every route that answers GET (RFC 9110); the framework adds it to none."""

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyUnwanted(OSError):
    """The response streams a body that a HEAD request does not need."""


class HeadRequests:
    """ASGI middleware: HEAD is answered as GET would be, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        has_started = False

        async def send_head(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            elif message.get("more_body"):
                # As a server does when the client is gone: a stream without an end has to end.
                raise BodyUnwanted

        # A copy, since the server looks into its own for whether a body has to follow.
        as_get = {**scope, "method": "GET"}
        try:
            await self._app(as_get, receive, send_head)
        except (BodyUnwanted, ClientDisconnect):
            if not has_started:
                raise
        finally:
            if "route" in as_get:
                scope["route"] = as_get["route"]
