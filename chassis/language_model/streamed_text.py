"""Reads one string out of JSON that is still being written."""

from __future__ import annotations

import jiter

from chassis.language_model.wrapping import start_of_object
from contracts.text import clean_text


class StreamedText:
    """Decodes one field of a JSON object as the object's pieces arrive, whatever stands before the object.

    The pieces returned join to the beginning of the field's text, cleaned. JSON that is broken, and a field
    of another type, yield no further text: judging the whole answer is the reader's task.
    """

    def __init__(self, field: str) -> None:
        self._field = field
        self._written = bytearray()
        self._has_begun = False
        self._text = ""
        self._is_over = False

    def feed(self, piece: str) -> str:
        """Take the next piece of JSON, return the text it completes, maybe empty."""
        if self._is_over:
            return ""
        self._written += piece.encode(errors="replace")
        if not self._has_begun:
            start = start_of_object(bytes(self._written))
            if start is None:
                return ""
            del self._written[:start]
            self._has_begun = True
        return self._read(bytes(self._written))

    def _read(self, written: bytes) -> str:
        try:
            found = jiter.from_json(written, partial_mode="trailing-strings", cache_mode="none")
        except ValueError:
            self._is_over = True
            return ""
        if not isinstance(found, dict) or self._field not in found:
            return ""
        text = found[self._field]
        # Another field behind it: it is whole, and the rest is not for the listener.
        self._is_over = next(reversed(found)) != self._field or not isinstance(text, str)
        return self._new_part_of(text) if isinstance(text, str) else ""

    def _new_part_of(self, text: str) -> str:
        cleaned = clean_text(text)
        new = cleaned[len(self._text) :]
        self._text = cleaned
        return new
