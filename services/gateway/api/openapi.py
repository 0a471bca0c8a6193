"""What FastAPI cannot know of the OpenAPI document: who may call what, and what real answers look like."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI

from chassis.problems import MEDIA_TYPE, PROBLEM_SCHEMA
from services.gateway.api.documents import EXAMPLE_CONVERSATION_ID
from services.gateway.api.problem_examples import example_of

Document = dict[str, Any]

_SESSION = "sessionToken"
_KEY = "apiKey"
_KEY_HEADER = "apiKeyHeader"

ANYBODY: dict[str, list[str]] = {}
KEY_ONLY: list[dict[str, list[str]]] = [{_KEY: []}, {_KEY_HEADER: []}]
VISITOR_OR_KEY: list[dict[str, list[str]]] = [{_SESSION: []}, *KEY_ONLY]

_SCHEMES: Final = {
    _SESSION: {
        "type": "http",
        "scheme": "bearer",
        "description": "The `session_token` of the conversation, from an answer of POST /chat, for 30 days.",
    },
    _KEY: {"type": "http", "scheme": "bearer", "description": "An API key; what it may do are its scopes."},
    _KEY_HEADER: {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key."},
}
_TAGS: Final = {
    "chat": "Talking, and following a conversation. The same over a WebSocket: `/ws`, see docs/websocket.md.",
    "read": "What is stored: transcripts for their visitors, everything for API keys of scope `read`.",
    "proposal": "The page of a proposal and its link.",
    "take-over": "Speaking in a conversation in place of the assistant, with an API key of scope `speak`.",
    "privacy": "What is held of somebody, and its erasure.",
    "webhooks": "What other systems tell us, each signed in its own way.",
    "operations": "Probes and metrics.",
}
_HEADERS: Final = {
    "RateLimit-Policy": {
        "description": "The limits that counted the request: `q` requests in any `w` seconds. Missing where "
        "it was refused before it was counted, and where no limit applies.",
        "schema": {"type": "string"},
        "example": '"openings-60s";q=20;w=60, "openings-86400s";q=100;w=86400',
    },
    "RateLimit": {
        "description": "What is left of them: `r` requests, and `t` seconds until there are more.",
        "schema": {"type": "string"},
        "example": '"openings-60s";r=19;t=3, "openings-86400s";r=99;t=864',
    },
    "Retry-After": {
        "description": "Seconds after which the same request may be sent again.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 12,
    },
}
_REFUSED_FOR_A_WHILE: Final = {"429", "503"}
_PARAMETERS: Final = {"conversation_id": EXAMPLE_CONVERSATION_ID}
_PROBLEM: Final = {"$ref": f"#/components/schemas/{PROBLEM_SCHEMA['title']}"}
_EXAMPLES: Final = Path(__file__).parent / "examples"


def describe_api(app: FastAPI, schemas: Document) -> None:
    """Complete the OpenAPI document of `app`; `schemas` are those that FastAPI does not find by itself."""
    generate = app.openapi

    @cache
    def openapi() -> Document:
        document = generate()
        document.setdefault("components", {})["securitySchemes"] = _SCHEMES
        document["components"]["schemas"] |= schemas
        document["components"]["headers"] = _HEADERS
        used = {tag: None for operation in operations_of(document) for tag in operation.get("tags", ())}
        document["tags"] = [{"name": tag, "description": _TAGS.get(tag, "")} for tag in used]
        for operation in operations_of(document):
            _describe(operation)
        document["components"]["schemas"].pop("HTTPValidationError", None)
        document["components"]["schemas"].pop("ValidationError", None)
        return document

    # FastAPI documents replacing `openapi` as the way of extending the document.
    app.openapi = openapi  # type: ignore[method-assign]


def header_reference(name: str) -> Document:
    """A header that is described once for all operations."""
    return {"$ref": f"#/components/headers/{name}"}


def operations_of(document: Document) -> Iterator[Document]:
    """Every operation of a document."""
    for path in document["paths"].values():
        yield from (operation for operation in path.values() if isinstance(operation, dict))


def _describe(operation: Document) -> None:
    examples = _examples_of(operation["operationId"])
    shown = _PARAMETERS | examples.get("parameters", {})
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in shown:
            parameter["example"] = shown[parameter["name"]]
    request = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if request is not None and "request" in examples:
        request["example"] = examples["request"]
    for status, response in operation["responses"].items():
        content = response.setdefault("content", {})
        if int(status) >= 400 and status not in examples:
            # Whatever the framework thinks: every refusal is a problem document.
            content.clear()
            content[MEDIA_TYPE] = {"schema": _PROBLEM, "example": example_of(int(status))}
        elif status in examples:
            content.setdefault("application/json", {"schema": {"type": "object"}})["example"] = examples[
                status
            ]
        if not content:
            del response["content"]
    _describe_limits(operation["responses"])


def _describe_limits(responses: Document) -> None:
    """Name the headers that say what is left of a limit, and when to come back."""
    limits = ("RateLimit-Policy", "RateLimit") if "429" in responses else ()
    for status, response in responses.items():
        names = (*limits, "Retry-After") if status in _REFUSED_FOR_A_WHILE else limits
        if names:
            own = response.get("headers", {})
            response["headers"] = {name: header_reference(name) for name in names} | own


def _examples_of(operation_id: str) -> Document:
    """By status, `request` and `parameters`: `examples/<operation id>.json`, taken from real answers."""
    file = _EXAMPLES / f"{operation_id}.json"
    examples: Document = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return examples
