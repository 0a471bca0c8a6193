"""The signature below a text: split off, and kept, since it holds a name, a role, a company, a number."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from itertools import takewhile
from typing import Final

from chassis.mail.message import Mailbox
from chassis.mail.phrases import CLOSING, CONFIDENTIAL, INTENDED, MOBILE_SIGNATURE

_DELIMITER: Final = re.compile(r"^(?:--|\u2014|\u2013\u2013|__)\s{0,3}$")
_MOST_LINES: Final = 14
_MOST_LINES_OF_DELIMITED: Final = 30
_MOST_PARTS: Final = 3
_LONGEST_LINE: Final = 90
_LONGEST_FAREWELL: Final = 40
_LONGEST_NOTICE: Final = 2_000
_WORD: Final = re.compile(r"[^\W_]+")
_BESIDE_NAME: Final = re.compile(r"[,|/(\u2013\u2014\u00b7\u2022]|\s-\s")
_SENTENCE: Final = re.compile(r"[?\uff1f]|[.!\u3002\uff01]\s+\S.{20}")


def split_signature(text: str, sender: Mailbox | None) -> tuple[str, str]:
    """The text without its signature, and the signature; one of them may be empty, not both of a text."""
    lines = text.split("\n")
    at = _highest_start(lines, sender)
    body, signature = "\n".join(lines[:at]).strip(), "\n".join(lines[at:]).strip()
    delimiter, _, below = signature.partition("\n")
    signature = below.strip() if _DELIMITER.match(delimiter) else signature
    return (body, signature) if body else (signature, "")


def _highest_start(lines: Sequence[str], sender: Mailbox | None) -> int:
    """Where the signature begins, with a name that stands above what the mail program adds."""
    at = _start(lines, sender)
    body = "\n".join(lines[:at]).rstrip().split("\n")
    above = _start(body, sender) if at < len(lines) else len(body)
    is_more = above < len(body) and any(line.strip() for line in lines[:above])
    return above if is_more else at


def _start(lines: Sequence[str], sender: Mailbox | None) -> int:
    """The line at which the signature begins; the number of lines where there is none."""
    names, end = _names_of(sender), _delimiter_in(lines)
    # Above what a program adds stands what its user has signed with.
    for _ in range(_MOST_PARTS):
        end = _start_above(lines, end, names)
    return end


def _delimiter_in(lines: Sequence[str]) -> int:
    end = len(lines)
    below = range(max(0, end - _MOST_LINES_OF_DELIMITED), end)
    return next((at for at in below if _DELIMITER.match(lines[at])), end)


def _start_above(lines: Sequence[str], end: int, names: Collection[str]) -> int:
    """Where a signature begins that ends above a line and leaves some text."""
    first = next((at for at, line in enumerate(lines) if line.strip()), end) + 1
    for at in range(max(first, end - _MOST_LINES - 6), end):
        line = lines[at].strip()
        if (MOBILE_SIGNATURE.match(line) or _is_closing(line)) and _is_signature_like(lines[at + 1 : end]):
            return at
        if line and not lines[at - 1].strip() and _is_notice(lines[at:end]):
            return at
    for at in range(max(first, end - _MOST_LINES), end):
        if not _is_name(lines[at], names) or not _is_signature_like(lines[at + 1 : end]):
            continue
        if at > first and _is_short_farewell(lines[at - 2 : at]):
            return at - 1
        if not lines[at - 1].strip() or at == end - 1:
            return at
    return end


def _is_closing(line: str) -> bool:
    """Whether a line closes a mail, in one language or in several."""
    return all(CLOSING.match(each.strip()) for each in line.split("/"))


def _is_notice(lines: Sequence[str]) -> bool:
    """Whether a paragraph says that a mail is confidential and whom it is for, as companies add it."""
    said = " ".join(takewhile(str.strip, lines))[:_LONGEST_NOTICE]
    return CONFIDENTIAL.search(said) is not None and INTENDED.search(said) is not None


def _is_short_farewell(lines: Sequence[str]) -> bool:
    """Whether a line below a blank one, and above a name, could be nothing but a farewell in any language."""
    above, line = (each.strip() for each in lines)
    return not above and line.endswith((",", "\u060c", "\uff0c")) and len(line) <= _LONGEST_FAREWELL


def _is_signature_like(lines: Sequence[str]) -> bool:
    """Whether lines could stand in a signature: few, short, nothing told; a disclaimer may follow."""
    said = [line.strip() for line in lines if line.strip()]
    if len(said) > _MOST_LINES:
        return False
    for number, line in enumerate(said):
        if len(line) > _LONGEST_LINE:
            return number >= 1
        if _SENTENCE.search(line) and number < 2:
            return False
    return True


def _names_of(sender: Mailbox | None) -> frozenset[str]:
    """The words that the sender may sign with."""
    if sender is None:
        return frozenset()
    words = _words_of(sender.name)
    initials = "".join(word[0] for word in words)
    return frozenset({*words, initials, *_words_of(sender.address.partition("@")[0])})


def _is_name(line: str, names: Collection[str]) -> bool:
    """Whether a line is a name of the sender, or begins with one above or beside a role."""
    words = _words_of(_BESIDE_NAME.split(line[:_LONGEST_LINE].strip("-\u2013\u2014/.,*_ "), maxsplit=1)[0])
    return bool(words) and set(words) <= set(names)


def _words_of(name: str) -> list[str]:
    """The words of a name in lower case without accents, which people leave out or type differently."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    folded = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return [word for word in _WORD.findall(folded) if len(word) > 1]
