"""Cuts a text into sentences while it is being written; how it arrives makes no difference."""

import re
from dataclasses import dataclass

LONGEST_SENTENCE = 600
# What must be seen behind a possible end before it is decided; more blanks than this are an end.
_MOST_BLANKS = 8
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|dr|mr|mrs|ms|vs|approx|no|st|z\.b|d\.h|u\.a|bzw|ca|nr|p\.ej|sr|sra|mme|m|p\.ex"
    r"|v\.gr)|(?:^|\n)\s*\d{1,2}|\b[a-z])\.$",
    re.IGNORECASE,
)
_CLOSING = "[\"'\u2019\u201d)\\]*_]*"
_STOP = rf"[.!?\u2026\u3002\uff01\uff1f\u061f]+{_CLOSING}"
_END = re.compile(
    rf"(?P<stop>{_STOP})\s{{1,{_MOST_BLANKS}}}(?=(?P<next>\S)|\s)"
    r"|(?P<wide>[\u3002\uff01\uff1f]+)(?=[^\s.!?\u3002\uff01\uff1f])"
    r"|(?P<line>\n+)(?=[^\n])"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and the blanks that stood in front of it."""

    lead: str
    text: str


class Splitter:
    """Collects text and gives it back sentence by sentence."""

    def __init__(self) -> None:
        self._unsaid = ""

    def feed(self, text: str) -> list[Sentence]:
        """Take the next piece of text; the sentences it completes."""
        self._unsaid += text
        found = []
        while (end := _end_in(self._unsaid)) is not None:
            found.append(_sentence(self._unsaid[:end]))
            self._unsaid = self._unsaid[end:]
        return [sentence for sentence in found if sentence.text]

    def rest(self) -> list[Sentence]:
        """What is left when nothing follows."""
        # Line ends and blanks decide as if a letter followed; nothing of it is said.
        found = self.feed(" " * (_MOST_BLANKS + 1) + "\n|")
        self._unsaid = ""
        return found


def _end_in(text: str) -> int | None:
    """Where the first sentence ends, the blanks behind it not included; None while that is open."""
    start = len(text) - len(text.lstrip())
    for match in _END.finditer(text, start):
        if match.end() > LONGEST_SENTENCE:
            break
        if match["line"] is not None:
            return match.start()
        end = match.start() + len(match["stop"] or match["wide"])
        if not _goes_on(text[:end], match["next"] or ""):
            return end
    if len(text) <= LONGEST_SENTENCE + _MOST_BLANKS + 1:
        return None
    blank = text.rfind(" ", start + 1, LONGEST_SENTENCE)
    return blank if blank > start else LONGEST_SENTENCE


def _goes_on(sentence: str, following: str) -> bool:
    """Whether the full stop ends no sentence: an abbreviation, a number cut in two, a small letter behind."""
    if not sentence.endswith("."):
        return False
    is_number_cut = sentence[-2:-1].isdigit() and following.isdigit()
    return is_number_cut or following.islower() or _ABBREVIATED.search(sentence) is not None


def _sentence(text: str) -> Sentence:
    words = text.strip()
    blanks = text[: len(text) - len(text.lstrip())]
    lines = min(blanks.count("\n"), 2)
    return Sentence("\n" * lines if lines else " " if blanks else "", words)
