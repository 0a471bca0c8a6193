"""The error tree. The class of an error is its policy.

SalesbotError
├── TransientError     try again: a dependency is busy, slow or unavailable
│   └── FencedOut      somebody else may write now
└── PermanentError     park it: the record itself is at fault, and no retry can help

An error that is neither of the two, in the tree or outside it, is a fault of ours. It proves nothing about
the record: a consumer waits, as for a transient one, until it is fixed.
"""

from collections.abc import Iterator
from errno import errorcode

from pydantic import ValidationError

from contracts.cloudevent import MalformedEvent


class SalesbotError(Exception):
    """Base of every error class of ours."""

    @property
    def label(self) -> str:
        """The failure in a few words without data: for metrics, probes and dead letters."""
        return type(self).__name__


class TransientError(SalesbotError):
    """Trying again may succeed. A consumer retries it in place, in order, with back-off."""


class FencedOut(TransientError):
    """Somebody else holds a lease with a higher fence; `name` is theirs. Nothing more is written."""

    def __init__(self, fence: int, name: str) -> None:
        super().__init__(f"a lease with the fence {fence} is held by somebody else")
        self.fence = fence
        self.name = name


class PermanentError(SalesbotError):
    """Trying again cannot succeed. A consumer parks the record in the dead-letter topic."""


def reason_for(failure: BaseException) -> str:
    """The label of a failure: few values, without data. For metrics, probes and dead letters."""
    return failure.label if isinstance(failure, SalesbotError) else type(failure).__name__


def describe(error: BaseException) -> str:
    """The text of a failure that logs, spans and dead letters may contain.

    For an error of ours its message, which holds identifiers only. For any other the class and codes such as
    a status: the messages of databases, JSON parsers and HTTP servers may quote what a person wrote.
    """
    if isinstance(error, SalesbotError | MalformedEvent):
        return str(error) or type(error).__name__
    return " ".join([type(error).__name__, *_details(error)])


def _details(error: BaseException) -> Iterator[str]:
    if isinstance(error, ValidationError):
        yield ", ".join(sorted({problem["type"] for problem in error.errors(include_input=False)}))
    if isinstance(error, OSError) and error.errno is not None and error.errno in errorcode:
        yield errorcode[error.errno]
    if isinstance(status := getattr(error, "status_code", None), int):
        yield f"status {status}"
    # SQLAlchemy wraps the driver's error, which wraps the server's.
    orig = getattr(error, "orig", None)
    for name in ("sqlstate", "constraint_name"):
        said = (getattr(layer, name, None) for layer in (error, orig, getattr(orig, "__cause__", None)))
        if known := next((text for text in said if isinstance(text, str)), None):
            yield f"{name} {known}"
