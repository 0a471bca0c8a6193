"""Finds the JSON object of an answer inside of what some models put around it: thoughts, fences, prose."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

# A model that begins so is thinking aloud; what it drafts there is no answer.
_THOUGHT_BEGINS: Final = re.compile(rb"\s*<(think|thinking|thought|reasoning)>")
_THOUGHTS: Final = re.compile(r".*</(?:think|thinking|thought|reasoning)>", re.DOTALL)
MOST_CANDIDATES: Final = 50
_DECODER: Final = json.JSONDecoder(strict=False)


def start_of_object(written: bytes) -> int | None:
    """Where the answer's object begins; None as long as that cannot be told."""
    thought = _THOUGHT_BEGINS.match(written)
    if thought is None:
        # What may become the beginning of a thought holds no brace yet.
        start = written.find(b"{")
    else:
        end = written.find(b"</" + thought[1] + b">")
        start = written.find(b"{", end) if end >= 0 else -1
    return start if start >= 0 else None


def objects_in(text: str) -> Iterator[object]:
    """Every JSON object of an answer, the outermost first; half characters may stand in it."""
    text = _THOUGHTS.sub("", text, count=1)
    start = text.find("{")
    for _ in range(MOST_CANDIDATES):
        if start < 0:
            return
        with suppress(ValueError, RecursionError):
            yield _DECODER.raw_decode(text, start)[0]
        start = text.find("{", start + 1)
