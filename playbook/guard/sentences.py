"""Cuts a text into sentences while it is being written; how it arrives makes no difference."""

import re
from dataclasses import dataclass

from playbook.claims import is_abbreviated

LONGEST_SENTENCE = 600
_MOST_BLANKS = 8
# The number of a line in a list, and a day: `am 12. Mai`.
_COUNTED = re.compile(r"(?:(?:^|\n)\s*|\b(?:am|vom|zum|dem|den|bis|ab|der|des) )\d{1,2}\.$", re.IGNORECASE)
# Scripts that put no blank between sentences have stops of their own.
_WIDE = "\u3002\uff01\uff1f"
_CLOSING = "\"'\u2019\u201d)]*_"
_STOP = re.compile(rf"[.!?\u2026\u061f{_WIDE}][{re.escape(_CLOSING)}]*$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and the blanks that stood in front of it."""

    lead: str
    text: str


class Splitter:
    """Collects text and gives it back sentence by sentence.

    Every sign is decided on what stands before it alone, so that a text may come in any pieces.
    """

    def __init__(self) -> None:
        self._unsaid = ""

    def feed(self, text: str) -> list[Sentence]:
        """Take the next piece of text; the sentences it completes."""
        return [sentence for sign in text for sentence in self._take(sign)]

    def rest(self) -> list[Sentence]:
        """What is left when nothing follows."""
        left, self._unsaid = self._unsaid, ""
        return [_sentence(left)] if left.strip() else []

    def _take(self, sign: str) -> list[Sentence]:
        if sign.isspace():
            if not self._unsaid[-_MOST_BLANKS:].isspace() or len(self._unsaid) < _MOST_BLANKS:
                self._unsaid += sign
            return []
        if self._is_in_a_word():
            self._unsaid += sign
            return []
        words = self._unsaid.rstrip()
        end = len(words) if _ends(words, self._unsaid[len(words) :], sign) else None
        if end is None and len(self._unsaid) >= LONGEST_SENTENCE:
            end = max(self._unsaid.rfind(" "), len(words) // 2)
        if end is None:
            self._unsaid += sign
            return []
        done, self._unsaid = self._unsaid[:end], self._unsaid[end:] + sign
        return [_sentence(done)] if done.strip() else []

    def _is_in_a_word(self) -> bool:
        """Whether nothing can end here: so it is for nearly every sign, and this is asked of each."""
        last = self._unsaid[-1:]
        is_inside = last != "" and not last.isspace() and last not in _WIDE
        return is_inside and len(self._unsaid) < LONGEST_SENTENCE


def _ends(words: str, gap: str, following: str) -> bool:
    """Whether a sentence ends between these words and the sign that follows the gap."""
    if not words or (not gap and words[-1] not in _WIDE):
        return False
    if "\n" in gap:
        return True
    if not gap:
        return following not in _WIDE + _CLOSING
    return _STOP.search(words) is not None and not _goes_on(words, following)


def _goes_on(words: str, following: str) -> bool:
    """Whether the full stop ends no sentence: an abbreviation, a number cut in two, a small letter behind."""
    if not words.endswith("."):
        return False
    is_number_cut = words[-2:-1].isdigit() and following.isdigit()
    return (
        is_abbreviated(words, following)
        or is_number_cut
        or following.islower()
        or _COUNTED.search(words) is not None
    )


def _sentence(text: str) -> Sentence:
    words = text.strip()
    blanks = text[: len(text) - len(text.lstrip())]
    lines = min(blanks.count("\n"), 2)
    return Sentence("\n" * lines if lines else " " if blanks else "", words)
