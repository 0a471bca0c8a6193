"""Finds the JSON object of an answer among reasoning, code fences and prose."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

# The reasoning that some models write first; objects in it are no answer.
_THOUGHT_BEGINS: Final = re.compile(rb"\s*<(think|thinking|thought|reasoning)>")
_THOUGHTS: Final = re.compile(r".*</(?:think|thinking|thought|reasoning)>", re.DOTALL)
MAX_CANDIDATES: Final = 50
_DECODER: Final = json.JSONDecoder(strict=False)


def start_of_object(written: bytes) -> int | None:
    """Where the answer's object begins; None while that is not known."""
    thought = _THOUGHT_BEGINS.match(written)
    if thought is None:
        # An incomplete reasoning tag contains no brace yet.
        start = written.find(b"{")
    else:
        end = written.find(b"</" + thought[1] + b">")
        start = written.find(b"{", end) if end >= 0 else -1
    return start if start >= 0 else None


def objects_in(text: str) -> Iterator[object]:
    """Every JSON object of an answer, the outermost first."""
    text = _THOUGHTS.sub("", text, count=1)
    start = text.find("{")
    for _ in range(MAX_CANDIDATES):
        if start < 0:
            return
        with suppress(ValueError, RecursionError):
            yield _DECODER.raw_decode(text, start)[0]
        start = text.find("{", start + 1)
