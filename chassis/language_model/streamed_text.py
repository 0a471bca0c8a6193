"""Reads one string from incomplete JSON, and the fields before it."""

from __future__ import annotations

from collections.abc import Mapping

import jiter

from chassis.language_model.embedded_json import start_of_object
from contracts.text import clean_text


class StreamedText:
    """Decodes one field of a JSON object as the object's pieces arrive, whatever stands before the object.

    The pieces returned join to the beginning of the field's text, cleaned. JSON that is broken, and a field
    of another type, yield no further text: judging the whole answer is the reader's task.

    `preceding` are the fields before it, complete and not cleaned; None until the field begins.
    """

    def __init__(self, field: str) -> None:
        self.preceding: Mapping[str, object] | None = None
        self._field = field
        self._key = f'"{field}"'.encode()
        self._written = bytearray()
        self._has_begun = False
        self._text = ""
        self._is_over = False

    def feed(self, piece: str) -> str:
        """Add the next piece of JSON; returns the text it completes, possibly empty."""
        if self._is_over:
            return ""
        written = self._written
        written += piece.encode(errors="replace")
        # Until the key is written there is nothing to read, and looking for it costs less than parsing.
        if self.preceding is None and self._key not in written:
            return ""
        if not self._has_begun:
            start = start_of_object(bytes(written))
            if start is None:
                return ""
            del written[:start]
            self._has_begun = True
        return self._read(bytes(written))

    def _read(self, written: bytes) -> str:
        try:
            found = _parsed(written)
        except ValueError:
            self._is_over = True
            return ""
        if not isinstance(found, dict) or self._field not in found:
            return ""
        text = found[self._field]
        # Another field behind it: it is whole, and the rest is not for the listener.
        self._is_over = next(reversed(found)) != self._field or not isinstance(text, str)
        if self.preceding is None:
            names = list(found)
            self.preceding = {name: found[name] for name in names[: names.index(self._field)]}
            if self.preceding:
                self._forget_the_preceding(written, text)
        return self._new_part_of(text) if isinstance(text, str) else ""

    def _forget_the_preceding(self, written: bytes, text: object) -> None:
        """From now on parse the field alone, so that the fields before it are not parsed with every piece."""
        shorter = b"{" + written[written.rfind(self._key) :]
        try:
            is_same = _parsed(shorter) == {self._field: text}
        except ValueError:
            return
        if is_same:
            self._written = bytearray(shorter)

    def _new_part_of(self, text: str) -> str:
        cleaned = clean_text(text)
        # A second field of this name: what was heard already is not said in another way.
        if not cleaned.startswith(self._text):
            self._is_over = True
            return ""
        new = cleaned[len(self._text) :]
        self._text = cleaned
        return new


def _parsed(written: bytes) -> object:
    return jiter.from_json(written, partial_mode="trailing-strings", cache_mode="none")
