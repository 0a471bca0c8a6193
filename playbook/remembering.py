"""Remembers what was worked out from a part of a playbook, such as compiled patterns."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Generic, TypeVar

PartT = TypeVar("PartT")
MadeT = TypeVar("MadeT")

_MOST_PARTS = 64


class Same(Generic[PartT]):
    """An object as a key: the same one, whatever it holds."""

    def __init__(self, part: PartT) -> None:
        self.part = part

    def __hash__(self) -> int:
        return id(self.part)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.part is self.part


def once_for_each(make: Callable[[PartT], MadeT]) -> Callable[[PartT], MadeT]:
    """Call `make` once for each object. Playbooks are few and frozen, and hashing one by value takes long."""
    made: Callable[[Same[PartT]], MadeT] = lru_cache(maxsize=_MOST_PARTS)(lambda same: make(same.part))

    @wraps(make)
    def remembered(part: PartT) -> MadeT:
        return made(Same(part))

    return remembered
