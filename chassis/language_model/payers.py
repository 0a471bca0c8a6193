"""Who pays for the calls of a model: a stranger has only shares of a day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from contracts.values import Payers

_payers: ContextVar[Payers | None] = ContextVar("payers", default=None)


@contextmanager
def charged_to(payers: Payers | None) -> Iterator[None]:
    """Within this, what models are asked counts for these payers, also in tasks that are begun in it.

    A turn asks models in several places and at the same time, and all of it is for the same payers.
    """
    token = _payers.set(payers)
    try:
        yield
    finally:
        _payers.reset(token)


def current_payers() -> Payers | None:
    """Who pays for a call that is made here and now; None for the day alone."""
    return _payers.get()
