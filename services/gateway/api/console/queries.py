"""What the forms of the console ask for, out of the addresses of its pages."""

import json
from typing import TypeVar
from urllib.parse import urlencode

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from contracts.read_model import FunnelQuery, LeadQuery
from services.gateway.domain import PreviewQuery

QueryT = TypeVar("QueryT", LeadQuery, FunnelQuery, PreviewQuery)


def asked(request: Request, kind: type[QueryT]) -> QueryT:
    """The query of a request; a form also sends the fields that are empty.

    Raises:
        RequestValidationError: it makes no sense.
    """
    given = {name: value for name, value in request.query_params.items() if value.strip()}
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        faults = [{"loc": ("query",), "type": fault["type"], "msg": fault["msg"]} for fault in error.errors()]
        raise RequestValidationError(faults) from error


def address(query: LeadQuery | FunnelQuery | PreviewQuery, *, cursor: str | None = None) -> str:
    """The query as the end of an address, on its first page or that of a cursor."""
    given = query.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"cursor"})
    if cursor is not None:
        given["cursor"] = cursor
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
    return f"?{urlencode(texts)}"
