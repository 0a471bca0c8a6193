"""Sending a file to a browser: compressed where it may be, and not at all where the browser has it."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.ports import PageFile

NO_CACHE = "no-cache"
"""Asked for again on every visit, answered with 304 as long as nothing changed."""
FOR_EVER = "public, max-age=31536000, immutable"
"""For what is named by its content."""


def send_file(file: PageFile, request: Request, headers: Mapping[str, str]) -> Response:
    """The file with these headers, or 304."""
    # One entity tag for both encodings, so it has to be weak.
    etag = f"W/{file.etag}"
    sent = {"x-content-type-options": "nosniff", "vary": "accept-encoding", "etag": etag, **headers}
    if request.headers.get("if-none-match") in (etag, file.etag):
        return Response(status_code=304, headers=sent)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(file.body, media_type=file.media_type, headers=sent)
    return Response(file.gzipped, media_type=file.media_type, headers={**sent, "content-encoding": "gzip"})
