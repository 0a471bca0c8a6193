"""Reading a POST /chat: body, idempotency key, position, and the wanted form of the answer."""

import re

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import Headers

from chassis.problems import Problem, errors_of, invalid_request
from contracts.text import load_json
from services.gateway.api.documents import ChatRequest
from services.gateway.domain import BEGINNING, Position

IDEMPOTENCY_KEY_PATTERN = r"^[!-~]([ -~]{0,253}[!-~])?$"
_idempotency_key = re.compile(IDEMPOTENCY_KEY_PATTERN.replace("$", r"\Z"))
# Redis counts to 2^64; no id of ours comes near.
_frame_id = re.compile(r"[0-9]{1,18}-[0-9]{1,18}\Z")


async def read_chat_request(request: Request) -> ChatRequest:
    """The body, valid. Raises Problem."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(
            status=415,
            code="unsupported-media-type",
            title="Unsupported media type",
            detail="Send the body as application/json.",
        )
    body = await request.body()
    try:
        return _parse(body)
    except ValidationError as error:
        raise invalid_request(errors_of(error, where="body")) from error
    except ValueError as error:
        raise Problem(
            status=400, code="malformed-json", title="Malformed JSON", detail="The body is not JSON."
        ) from error


def idempotency_key_of(headers: Headers) -> str | None:
    """The idempotency key, valid, if there is one. Raises Problem."""
    key = headers.get("idempotency-key")
    if key is not None and not _idempotency_key.match(key):
        raise _wrong_header("Idempotency-Key", "1 to 255 printable ASCII characters")
    return key


def last_position_of(headers: Headers) -> Position:
    """The last frame the client has; the beginning when it names none that we could have sent."""
    frame_id = headers.get("last-event-id", "")
    if not _frame_id.match(frame_id):
        return BEGINNING
    attempt, _, ordinal = frame_id.partition("-")
    return int(attempt), int(ordinal)


def wants_stream(headers: Headers) -> bool:
    """Whether server-sent events are accepted, and not less than JSON."""
    accept = headers.get("accept", "")
    if "text/event-stream" not in accept:
        return False
    qualities = {"text/event-stream": 0.0, "application/json": 0.0}
    for entry in accept.split(","):
        media_type, _, parameters = entry.partition(";")
        if media_type.strip() in qualities:
            qualities[media_type.strip()] = _quality(parameters)
    return qualities["text/event-stream"] > 0 and (
        qualities["text/event-stream"] >= qualities["application/json"]
    )


def _quality(parameters: str) -> float:
    match = re.search(r"\bq\s*=\s*([01](?:\.\d{0,3})?)", parameters)
    return float(match[1]) if match else 1.0


def _parse(body: bytes) -> ChatRequest:
    """Raises ValidationError, and ValueError for what is not JSON at all."""
    try:
        return ChatRequest.model_validate_json(body)
    except ValidationError as error:
        if error.errors(include_url=False)[0]["type"] != "json_invalid":
            raise
    # RFC 8259 allows what pydantic refuses: a byte-order mark and escaped lone surrogates.
    return ChatRequest.model_validate(load_json(body))


def _wrong_header(name: str, wanted: str) -> Problem:
    return invalid_request([{"in": "header", "pointer": f"/{name}", "detail": f"must be {wanted}"}])
