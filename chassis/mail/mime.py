"""The parts of a mail: decoded, counted, and within limits whatever it is made of.

The standard library builds the tree. Its cost grows with the lines of a mail times the parts they are nested
in, so a mail that would exceed the budget is read from its beginning only, where its text is.
"""

import email.policy
import email.utils
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from typing import Any, Final, TypeAlias

MOST_PARTS: Final = 200
DEEPEST: Final = 20
MOST_HEADERS: Final = 2_000
LONGEST_HEADER: Final = 16_384
LONGEST_CONTENT_HEADER: Final = 4_096
# The standard library takes time with the square of them.
MOST_PARAMETERS: Final = 50
# Lines times multiparts; a mail of 30 MB with attachments has 400,000 lines.
_BUDGET: Final = 3_000_000

# What the standard library raises on headers and bodies that nobody should have written.
MISREAD: Final = (
    MessageError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)

# Only type checkers know that the class is generic.
MimeMessage: TypeAlias = "Message[str, str]"


class TooComplex(Exception):
    """A mail has more parts or headers than are read."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class MimeTree:
    """The parsed mail, and what was left out of it."""

    root: MimeMessage
    defects: tuple[str, ...]


class _Limits(email.policy.Compat32):
    """The policy of the parser: raw headers of a bounded length, so many headers and parts, no more.

    Structured headers of the newer policies are not used: some values take them time that grows with the
    square of their length.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._counts: dict[str, int]
        object.__setattr__(self, "_counts", {"headers": 0, "parts": 0})

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        self.count("headers", MOST_HEADERS)
        name, value = super().header_source_parse(_within(sourcelines))
        if name.lower().startswith("content-"):
            value = ";".join(value[:LONGEST_CONTENT_HEADER].split(";", MOST_PARAMETERS)[:MOST_PARAMETERS])
        return name, value

    def count(self, what: str, most: int) -> None:
        """Count one more; raises TooComplex above the limit."""
        self._counts[what] += 1
        if self._counts[what] > most:
            raise TooComplex(f"more than {most} {what}")


def _within(lines: list[str]) -> list[str]:
    """The lines of a header up to its longest length."""
    left, kept = LONGEST_HEADER, []
    for line in lines:
        if left <= 0:
            break
        kept.append(line[:left])
        left -= len(line)
    return kept


def parse_mime(content: bytes) -> MimeTree:
    """Parse a mail. Never fails: what cannot be parsed is a mail with headers and no parts."""
    content, defects = _within_budget(content)
    policy = _Limits()

    def make(policy: _Limits = policy) -> MimeMessage:
        policy.count("parts", MOST_PARTS)
        return Message(policy)

    try:
        root: MimeMessage = BytesParser(make, policy=policy).parsebytes(content)
    except TooComplex as limit:
        return MimeTree(read_headers(content), (*defects, limit.what))
    except MISREAD as error:
        return MimeTree(read_headers(content), (*defects, type(error).__name__))
    return MimeTree(root, defects)


def _within_budget(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    multiparts = 1 + min(content.lower().count(b"boundary"), MOST_PARTS)
    most = _BUDGET // multiparts
    if content.count(b"\n") + content.count(b"\r") <= most:
        return content, ()
    lines = content.split(b"\n", most)
    kept = b"\n".join(lines[:most]) if len(lines) > most else content[:most]
    return kept, ("too many lines",)


def read_headers(content: bytes) -> MimeMessage:
    """The headers of a mail alone."""
    head = content[: 4 * LONGEST_HEADER].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    try:
        root: MimeMessage = BytesParser(policy=email.policy.compat32).parsebytes(head, headersonly=True)
    except MISREAD:
        root = Message()
    return root


def walk(root: MimeMessage) -> Iterator[MimeMessage]:
    """Every part that has content of its own, the first first; not what a forwarded mail is made of."""
    return (part for part, _holder in walk_held(root))


def walk_held(root: MimeMessage) -> Iterator[tuple[MimeMessage, str]]:
    """The same parts, each with the media type of the multipart that holds it; empty for the mail itself."""
    waiting = [(root, "", 0)]
    while waiting:
        part, holder, depth = waiting.pop()
        kind = content_type_of(part)
        if kind.startswith("multipart/") and part.is_multipart():
            if depth < DEEPEST:
                waiting.extend((each, kind, depth + 1) for each in reversed(inner_messages(part)))
        else:
            yield part, holder


def inner_messages(part: MimeMessage) -> list[MimeMessage]:
    """The parts of a multipart, or the mail inside a part that carries one."""
    # Not asked of any other part: its text would be decoded by a charset that the mail chose.
    payload = part.get_payload() if part.is_multipart() else ()
    return [each for each in payload if isinstance(each, Message)]


def content_of(part: MimeMessage) -> bytes:
    """The decoded content of a part; of a forwarded mail nothing."""
    try:
        content = part.get_payload(decode=True)
    except MISREAD:
        return b""
    return content if isinstance(content, bytes) else b""


def content_type_of(part: MimeMessage) -> str:
    """The media type in lower case; `text/plain` where it cannot be read, or tells of parts that are none."""
    try:
        kind = part.get_content_type()
    except MISREAD:
        return "text/plain"
    return "text/plain" if kind.startswith("multipart/") and not part.is_multipart() else kind


def parameter_of(part: MimeMessage, name: str, header: str = "content-type") -> str | None:
    """A parameter of a header, None where there is none that can be read."""
    try:
        value = part.get_param(name, header=header)
        return None if value is None else email.utils.collapse_rfc2231_value(value)
    except MISREAD:
        return None
