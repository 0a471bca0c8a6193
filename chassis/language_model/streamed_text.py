"""Reads one string out of JSON that is still being written."""

from __future__ import annotations

import json
import re

OPENING = re.compile(r'\s*\{\s*"((?:[^"\\]|\\.)*)"\s*:\s*(\S)', re.DOTALL)
WHOLE_CHARACTERS = re.compile(r'[^"\\]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\]*)*')


class StreamedText:
    """Decodes the first field of a JSON object as its pieces arrive.

    The pieces returned join to the field's text. JSON that is broken, or begins with another field or
    another type, yields no further text: judging the whole answer is the reader's task.
    """

    def __init__(self, field: str) -> None:
        self._field = field
        self._unread = ""
        self._high_surrogate = ""
        self._is_inside = False
        self._is_over = False

    def feed(self, piece: str) -> str:
        """Take the next piece of JSON, return the text it completes, maybe empty."""
        if self._is_over:
            return ""
        self._unread += piece
        if not self._is_inside and not self._enter():
            return ""
        return self._read()

    def _enter(self) -> bool:
        opening = OPENING.match(self._unread)
        if opening is None:
            return False
        self._is_inside = opening[1] == self._field and opening[2] == '"'
        self._is_over = not self._is_inside
        self._unread = self._unread[opening.end() :]
        return self._is_inside

    def _read(self) -> str:
        whole = WHOLE_CHARACTERS.match(self._unread)
        assert whole is not None, "the pattern also matches nothing"
        self._unread = self._unread[whole.end() :]
        self._is_over = self._unread.startswith('"')
        if "\\" not in whole[0] and not self._high_surrogate:
            return whole[0]
        return self._unescape(whole[0])

    def _unescape(self, escaped: str) -> str:
        """Undo the escapes, holding back half a surrogate pair until the other half is there."""
        text: str = self._high_surrogate + json.loads(f'"{escaped}"', strict=False)
        self._high_surrogate = ""
        if not self._is_over and "\ud800" <= text[-1:] <= "\udbff":
            self._high_surrogate = text[-1]
            text = text[:-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
