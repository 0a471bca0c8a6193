"""The ways a model server can answer badly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    """What goes wrong; all but the first three go wrong inside a started stream."""

    STATUS = "a refusal with a status"
    HANG = "no answer at all"
    DROP = "the connection is closed instead of an answer"
    CUT = "the connection breaks after some content chunks"
    UNFINISHED = "the stream ends in good order after some content chunks, without having finished"
    STREAM_ERROR = "an error inside the stream after some content chunks"
    TRUNCATED = "the token limit after some content chunks"
    INVALID_JSON = "a whole answer that ends in broken JSON"
    WRONG_SCHEMA = "valid JSON of another shape"
    REFUSAL = "a refusal in place of content"


BREAKS_THE_STREAM = frozenset(
    {FaultKind.CUT, FaultKind.UNFINISHED, FaultKind.STREAM_ERROR, FaultKind.TRUNCATED}
)


def _of(kind: FaultKind) -> Any:
    """A constructor of faults of this kind."""
    return classmethod(lambda cls, after_chunks=0: cls(kind, after_chunks))


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to answer badly, made by one of the constructors below."""

    kind: FaultKind
    after_chunks: int = 0
    status: int = 0
    message: str = ""
    error_type: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None

    @classmethod
    def rate_limited(cls, retry_after_s: float | None = None) -> Fault:
        """Refuse with 429, telling the wait in seconds and in milliseconds as the real server does."""
        headers = {}
        if retry_after_s is not None:
            headers = {"retry-after": f"{retry_after_s:g}", "retry-after-ms": f"{retry_after_s * 1000:.0f}"}
        refused = {"error_type": "requests", "code": "rate_limit_exceeded", "headers": headers}
        return cls.refused(429, "Rate limit reached.", **refused)

    @classmethod
    def out_of_quota(cls) -> Fault:
        """Refuse with the 429 that no waiting cures."""
        quota = "insufficient_quota"
        return cls.refused(429, "You exceeded your current quota.", error_type=quota, code=quota)

    @classmethod
    def server_error(cls, status: int = 500) -> Fault:
        return cls.refused(status, "The server had an error.", error_type="server_error")

    @classmethod
    def auth_error(cls) -> Fault:
        return cls.refused(401, "Incorrect API key provided.", code="invalid_api_key")

    @classmethod
    def unknown_model(cls) -> Fault:
        return cls.refused(404, "The model does not exist.", code="model_not_found")

    @classmethod
    def refused(cls, status: int, message: str, **told: Any) -> Fault:
        """Refuse with any status, in the server's error JSON, of which `told` are further parts."""
        return cls(FaultKind.STATUS, status=status, message=message, **told)

    @classmethod
    def refused_as(cls, body: object, status: int = 400) -> Fault:
        """Refuse in the words of any server: an object to be rendered, or a text as it is."""
        return cls(FaultKind.STATUS, status=status, body=body)

    @classmethod
    def unsupported(cls, param: str, *, code: str = "unsupported_parameter") -> Fault:
        """Refuse a parameter as OpenAI does."""
        message = f"Unsupported parameter: '{param}' is not supported with this model."
        return cls.refused(400, message, code=code, param=param)

    hang = _of(FaultKind.HANG)
    drop = _of(FaultKind.DROP)
    cut = _of(FaultKind.CUT)
    unfinished = _of(FaultKind.UNFINISHED)
    stream_error = _of(FaultKind.STREAM_ERROR)
    truncated = _of(FaultKind.TRUNCATED)
    invalid_json = _of(FaultKind.INVALID_JSON)
    wrong_schema = _of(FaultKind.WRONG_SCHEMA)
    refusal = _of(FaultKind.REFUSAL)
