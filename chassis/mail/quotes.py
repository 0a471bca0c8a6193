"""What was written anew in a mail, apart from what it quotes.

No language is needed for most of it, since both ends of the mail are known: the lines above a quote name the
one who is answered, who is among the recipients. Each line is looked at a bounded number of times.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from chassis.mail.html_text import FORWARDED
from chassis.mail.message import Mailbox
from chassis.mail.phrases import ANSWERED_BELOW, DATE_KEYS, FROM_KEYS, OTHER_KEYS, REPLY_ABOVE

MOST_LINES: Final = 4_000
LONGEST_LINE: Final = 4_000
_LONGEST_ATTRIBUTION: Final = 500
_ATTRIBUTION_LINES: Final = 4
_BLOCK_LINES: Final = 8
_QUOTED: Final = re.compile(r"^ ?(?:> ?)+")
_DATE: Final = re.compile(
    r"(?<!\d)(?:\d{1,2} ?[:.h] ?\d{2}|\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})(?!\d)|[上下]午|午[前後]"
)
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)")
_TIME: Final = re.compile(r"(?<!\d)\d{1,2} ?[:.h] ?\d{2}(?!\d)")
_ADDRESS: Final = re.compile(r"[^\s<>,;:\"()]{1,64}@[a-z0-9-]{1,63}\.[a-z0-9.-]{1,190}", re.IGNORECASE)
_DASHES: Final = "-_=*"
_LONGEST_TITLE: Final = 200
_KEY: Final = re.compile(r"^\*?([^\s:\uff1a*][^:\uff1a\n*]{0,24}?)\*?\s?[:\uff1a]")
_ENDS_ATTRIBUTION: Final = re.compile(r"[:\uff1a]\*?$|-{4,}$")


@dataclass(frozen=True, slots=True)
class Unquoted:
    """What was written anew.

    It is not certain, and all is kept, where everything seemed to be quoted, or the answers are said to stand
    in a mail below whose lines nothing tells from them.
    """

    text: str
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class _Answered:
    """By what a line names the one who is answered."""

    addresses: Collection[str]
    names: Collection[str]
    domains: Collection[str]

    def by_address(self, line: str) -> bool:
        found = [each.lower().rstrip(".>") for each in _ADDRESS.findall(line)]
        return any(each in self.addresses or each.rpartition("@")[2] in self.domains for each in found)

    def by_name(self, line: str) -> bool:
        lowered = line.lower()
        return any(name in lowered for name in self.names)


def strip_quotes(text: str, answered: Sequence[Mailbox], sender: Mailbox | None = None) -> Unquoted:
    """What a mail says itself; `answered` are its recipients, one of whom it quotes."""
    lines = [line[:LONGEST_LINE].rstrip() for line in text.split("\n", MOST_LINES)[:MOST_LINES]]
    mark = f"[{sender.name}]" if sender and sender.name else None
    reading = _Reading(lines, _answered_by(answered), mark)
    stripped = _joined(reading.unquoted())
    is_answered_below = reading.is_cut and ANSWERED_BELOW.search(stripped) is not None
    if not text.strip() or (stripped and not is_answered_below):
        return Unquoted(stripped)
    return Unquoted(_joined([line for line in lines if line.strip() != FORWARDED]), is_certain=False)


def _answered_by(recipients: Sequence[Mailbox]) -> _Answered:
    names = {each.name.lower() for each in recipients if len(each.name) >= 2}
    # The reply address, and the one that a forwarded mail came from, are of one company.
    domains = {".".join(each.domain.split(".")[-2:]) for each in recipients}
    domains |= {each.domain for each in recipients}
    return _Answered(frozenset(each.address for each in recipients), names, domains)


def _joined(lines: Sequence[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reading:
    """Goes through the lines of a mail once, from the first to the last."""

    def __init__(self, lines: Sequence[str], answered: _Answered, mark: str | None) -> None:
        self._lines = lines
        # Outlook lets people mark with their name what they write into the mail that they answer.
        self._mark = mark
        self._answered = answered
        self._is_attributed = False
        self.is_cut = False

    def unquoted(self) -> list[str]:
        kept: list[str] = []
        at = 0
        while at < len(self._lines):
            line = self._lines[at]
            if REPLY_ABOVE.match(line):
                # A help desk writes it on top of its mails.
                if any(each.strip() for each in kept):
                    break
                at += 1
                continue
            if self._begins_forwarded(at):
                marked = self._marked_below(at)
                kept.extend(marked)
                self.is_cut = not marked
                break
            if (behind := self._end_of_attribution(at)) is not None:
                if not self._is_quoted_next(behind):
                    # The mail below is not marked line by line, so nothing can stand in between.
                    self.is_cut = True
                    break
                self._is_attributed = True
                at = behind
                continue
            if not _QUOTED.match(line):
                kept.append(line)
                at += 1
                continue
            end = self._end_of_quoted(at)
            if not self._is_attributed and end - at < 3:
                # Prose may begin with the sign as well.
                kept.extend(self._lines[at:end])
            at = self._behind_wrapped(end)
        return kept

    def _marked_below(self, at: int) -> list[str]:
        if self._mark is None:
            return []
        marked = (_bare(line) for line in self._lines[at:])
        return [line.removeprefix(self._mark).strip() for line in marked if line.startswith(self._mark)]

    def _end_of_quoted(self, at: int) -> int:
        while at < len(self._lines) and _QUOTED.match(self._lines[at]):
            at += 1
        return at

    def _behind_wrapped(self, at: int) -> int:
        """Where a quote goes on whose long line a program has wrapped without marking the rest of it."""
        lines = self._lines
        is_between = self._is_attributed and 0 < at < len(lines) - 1 and _QUOTED.match(lines[at + 1])
        if is_between and len(lines[at - 1]) >= 65 and len(lines[at]) <= 40 and lines[at][:1].islower():
            return at + 1
        return at

    def _is_quoted_next(self, at: int) -> bool:
        """Whether the next line that says something is a quoted one; at the end there is nothing to keep."""
        for line in self._lines[at : at + 4]:
            if line.strip():
                return bool(_QUOTED.match(line))
        return False

    def _end_of_attribution(self, at: int) -> int | None:
        """The line behind an attribution that begins here, such as "On Monday Maya wrote:"; None without."""
        first = _bare(self._lines[at])
        if not (_DATE.search(first) or self._answered.by_name(first) or self._answered.by_address(first)):
            # What was written just above an attribution, without a blank line.
            return None
        joined = ""
        for count in range(1, _ATTRIBUTION_LINES + 1):
            if at + count > len(self._lines):
                return None
            line = _QUOTED.sub("", self._lines[at + count - 1]).strip()
            joined = f"{joined} {line}".strip()
            if not line or len(joined) > _LONGEST_ATTRIBUTION:
                return None
            if _ENDS_ATTRIBUTION.search(line):
                return at + count if self._is_attribution(joined, at + count) else None
        return None

    def _is_attribution(self, line: str, behind: int) -> bool:
        is_ours, is_dated = self._answered.by_address(line), _DATE.search(line) is not None
        if is_ours and is_dated:
            return True
        if not self._is_quoted_next(behind) or not (is_ours or is_dated):
            return False
        is_precise = _YEAR.search(line) is not None and _TIME.search(line) is not None
        return self._answered.by_name(line) or _ADDRESS.search(line) is not None or is_precise

    def _begins_forwarded(self, at: int) -> bool:
        """Whether the mail that is answered begins here, without marks on its lines."""
        line = _bare(self._lines[at])
        if line == FORWARDED:
            return True
        if not _is_divider(line):
            return self._is_header_block(at, is_divided=False)
        below = range(at + 1, min(at + 4, len(self._lines)))
        first = next((number for number in below if self._lines[number].strip()), None)
        return first is not None and (self._is_header_block(first, is_divided=True) or self._is_headed(first))

    def _is_headed(self, at: int) -> bool:
        """Whether the name of the one who is answered stands here, with a date, as help desks do it."""
        name = _bare(self._lines[at]).lower()
        if any(name.startswith(f"{each},") for each in self._answered.names):
            return _DATE.search(name) is not None
        below = (line for line in self._lines[at + 1 : at + 4] if line.strip())
        return name in self._answered.names and _DATE.search(next(below, "")) is not None

    def _is_header_block(self, at: int, *, is_divided: bool) -> bool:
        """Whether lines such as `From:`, `Sent:`, `To:` stand here, and no list that somebody wrote."""
        if _key_of(_bare(self._lines[at])) is None:
            return False
        block = [_bare(line) for line in self._lines[at : at + _BLOCK_LINES]]
        keys = [_key_of(line) for line in block]
        known = [key for key in keys if key in DATE_KEYS or key in OTHER_KEYS]
        # Some programs name the date or the subject first.
        named = next((number for number, key in enumerate(keys[:4]) if key not in known), 0)
        is_ours = self._answered.by_address(block[named]) or self._answered.by_name(block[named])
        if keys[named] in FROM_KEYS:
            return bool(known) if is_ours or is_divided else len(known) >= 2 and _has_date(block, keys)
        # In a language that is not known: three such lines, of which the first names us and another is dated.
        is_dated = any(_DATE.search(line) for line in block[1:4])
        return is_ours and is_dated and all(key is not None for key in keys[1:3])


def _bare(line: str) -> str:
    """The beginning of a line without marks of a quote: no line of interest is longer."""
    return _QUOTED.sub("", line[:_LONGEST_ATTRIBUTION]).strip()


def _is_divider(line: str) -> bool:
    """Whether a line is a rule, or a title between dashes."""
    title = line.strip(_DASHES)
    is_begun = len(line) >= 3 and all(letter in _DASHES for letter in line[:3])
    return is_begun and (not title or (len(title) <= _LONGEST_TITLE and line[-3:].strip(_DASHES) == ""))


def _has_date(block: Sequence[str], keys: Sequence[str | None]) -> bool:
    return any(key in DATE_KEYS and _DATE.search(line) for key, line in zip(keys, block, strict=True))


def _key_of(line: str) -> str | None:
    """The word before the colon of a line, in lower case."""
    found = _KEY.match(line)
    return None if found is None else found[1].strip().lower()
