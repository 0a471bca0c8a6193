"""HTTP errors as problem documents (RFC 9457), distinguished by `code`."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route

from chassis.errors import TransientError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 1
_TYPE_PREFIX = "urn:salesbot:problem:"
_SCHEMA_NAME = "Problem"
PROBLEM_SCHEMA: dict[str, Any] = {
    "title": _SCHEMA_NAME,
    "description": "Why a request was refused (RFC 9457). `code` is stable; `detail` is for people.",
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["in", "pointer", "detail"],
                "properties": {
                    "in": {"type": "string"},
                    "pointer": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
    "examples": [
        {
            "type": _TYPE_PREFIX + "conversation-not-found",
            "title": "Conversation not found",
            "status": 404,
            "code": "conversation-not-found",
            "detail": "There is no conversation with this id.",
        }
    ],
}


class Problem(Exception):
    """An error with an HTTP status; raised anywhere in a route, answered as problem+json.

    `members` extend the document with what helps a client go on.
    """

    def __init__(
        self,
        *,
        status: int,
        code: str,
        title: str,
        detail: str | None = None,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {detail or title}")
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.headers = dict(headers or {})
        self.errors = [dict(error) for error in errors]
        self.members = dict(members or {})

    def document(self) -> dict[str, Any]:
        """The members of the problem document; absent ones are left out."""
        members: dict[str, Any] = {
            "type": _TYPE_PREFIX + self.code,
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "errors": self.errors or None,
            **self.members,
        }
        return {name: value for name, value in members.items() if value is not None}

    def text(self) -> str:
        """The problem document. Escaped to ASCII, because a request may contain lone surrogates."""
        return json.dumps(self.document())

    def response(self) -> Response:
        """The problem as an HTTP answer."""
        return Response(self.text(), self.status, headers={**self.headers, "content-type": MEDIA_TYPE})


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every error of `app` as a problem document, also in its OpenAPI document."""
    app.add_exception_handler(Problem, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.add_exception_handler(TransientError, _answer_transient)
    app.add_exception_handler(Exception, _answer_unexpected)
    _describe(app)


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route that may refuse with these statuses."""
    content = {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{_SCHEMA_NAME}"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


async def _answer_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.response()


async def _answer_invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        problem = Problem(
            status=400, code="malformed-json", title="Malformed JSON", detail="The body is not JSON."
        )
    else:
        problem = invalid_request(_errors_in(faults))
    return problem.response()


def invalid_request(errors: Sequence[Mapping[str, str]]) -> Problem:
    """The answer to a request in which these parts are wrong."""
    return Problem(status=422, code="invalid-request", title="Invalid request", errors=errors)


def errors_of(error: ValidationError, *, where: str) -> list[dict[str, str]]:
    """What is wrong in this part of a request, without the input values, which may be private."""
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    return _errors_in(faults, where=where)


def _errors_in(faults: Sequence[Mapping[str, Any]], *, where: str | None = None) -> list[dict[str, str]]:
    errors = []
    for fault in faults:
        location = [str(step) for step in fault["loc"]]
        place, path = (where, location) if where else (location[0], location[1:])
        pointer = "".join(f"/{step}" for step in path)
        errors.append({"in": str(place), "pointer": pointer, "detail": str(fault["msg"])})
    return errors


async def _answer_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        # The framework names the methods of the first route of the path only.
        headers["allow"] = ", ".join(sorted(_methods_at(request))) or headers.get("Allow", "")
    if error.status_code < 400:
        return Response(status_code=error.status_code, headers=headers)
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "-").replace("'", "")
    detail = error.detail if error.detail and error.detail != phrase else None
    return Problem(
        status=error.status_code, code=code, title=phrase, detail=detail, headers=headers
    ).response()


def _methods_at(request: Request) -> set[str]:
    """The methods of every route whose path the request has."""
    return {
        method
        for route in _every(request.app.routes)
        if route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
    }


def _every(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """The routes, and those of routers that were included."""
    for route in routes:
        if isinstance(route, Route):
            yield route
        else:
            yield from _every(getattr(getattr(route, "original_router", None), "routes", ()))


async def _answer_transient(_request: Request, _error: Exception) -> Response:
    return temporarily_unavailable().response()


def temporarily_unavailable() -> Problem:
    """The answer when something is away that may be back soon."""
    return Problem(
        status=503,
        code="temporarily-unavailable",
        title="Temporarily unavailable",
        detail="Something this answer needs is away. Try again shortly.",
        headers={"retry-after": str(RETRY_AFTER_S)},
    )


async def _answer_unexpected(_request: Request, _error: Exception) -> Response:
    return internal_error().response()


def internal_error() -> Problem:
    """The answer to an internal error: no details."""
    return Problem(status=500, code="internal-error", title="Internal error")


def _describe(app: FastAPI) -> None:
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        document.setdefault("components", {}).setdefault("schemas", {})[_SCHEMA_NAME] = PROBLEM_SCHEMA
        return document

    # FastAPI documents replacing `openapi` as the way of extending the document.
    app.openapi = openapi  # type: ignore[method-assign]
