"""What FastAPI cannot know of the OpenAPI document: who may call what."""

from typing import Any

from fastapi import FastAPI

_SESSION = "sessionToken"
_KEY = "apiKey"
_KEY_HEADER = "apiKeyHeader"

ANYBODY: dict[str, list[str]] = {}
KEY_ONLY: list[dict[str, list[str]]] = [{_KEY: []}, {_KEY_HEADER: []}]
VISITOR_OR_KEY: list[dict[str, list[str]]] = [{_SESSION: []}, *KEY_ONLY]

_SCHEMES = {
    _SESSION: {
        "type": "http",
        "scheme": "bearer",
        "description": "The `session_token` of the conversation, from an answer of POST /chat, for 30 days.",
    },
    _KEY: {"type": "http", "scheme": "bearer", "description": "An API key; what it may do are its scopes."},
    _KEY_HEADER: {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key."},
}


def describe_security(app: FastAPI) -> None:
    """Add the security schemes to the OpenAPI document of `app`."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        document.setdefault("components", {})["securitySchemes"] = _SCHEMES
        return document

    # FastAPI documents replacing `openapi` as the way of extending the document.
    app.openapi = openapi  # type: ignore[method-assign]
