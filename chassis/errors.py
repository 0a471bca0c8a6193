"""The error tree. The class of an error is its policy.

SalesbotError
├── TransientError     try again: a dependency is busy, slow or away
└── PermanentError     park it: the record itself is at fault, no number of tries can help

An error that is neither of the two, in the tree or outside it, is a fault of ours. It proves nothing about
the record: a consumer waits, as for a transient one, until it is mended.
"""

from collections.abc import Iterator
from errno import errorcode

from pydantic import ValidationError

from contracts.cloudevent import MalformedEvent


class SalesbotError(Exception):
    """Base of every failure that has a name here."""

    @property
    def label(self) -> str:
        """The failure in a few words that never hold data: for metrics, probes and dead letters."""
        return type(self).__name__


class TransientError(SalesbotError):
    """Trying again may succeed. A consumer retries it in place, in order, with back-off."""


class PermanentError(SalesbotError):
    """Trying again cannot succeed. A consumer parks the record in the dead-letter topic."""


def reason_for(failure: BaseException) -> str:
    """Why something failed, in few values that never hold data: why a record waits, why a probe fails."""
    return failure.label if isinstance(failure, SalesbotError) else type(failure).__name__


def describe(error: BaseException) -> str:
    """What logs, spans and dead letters may hold of a failure: the one place that says it.

    An error of ours says its message, which holds identifiers only. Of any other, the class and what is known
    to be no text of people: databases, JSON parsers and HTTP servers quote what they were given.
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
