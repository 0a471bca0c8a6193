"""Text from outside, made safe for whatever stores, relays or shows it.

PostgreSQL refuses NUL, UTF-8 refuses lone surrogates, and many readers take U+2028 for the end of a line.
"""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterable
from math import isfinite
from typing import Annotated, Any, Final, NamedTuple, TypeVar

from pydantic import AfterValidator, BeforeValidator, JsonValue, StringConstraints, WithJsonSchema

ValueT = TypeVar("ValueT")

_LINE_BREAK = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Everything that one of the three above matches.
_UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def clean_text(text: str) -> str:
    """The same text without what cannot be stored or relayed. Cleaning twice changes nothing.

    - Any kind of line break (CR, CRLF, U+0085, U+2028, U+2029, ...) becomes a newline.
    - Control characters other than newline and tab are removed, NUL among them.
    - Surrogates that form a pair become their character; a lone one becomes U+FFFD.
    """
    if (text.isascii() and text.isprintable()) or not _UNCLEAN.search(text):
        return text
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _CONTROL.sub("", _LINE_BREAK.sub("\n", text))


def clean_strings(value: ValueT) -> ValueT:
    """The same value with every string in it cleaned: in lists, tuples and mappings, member names too."""
    cleaned: Any = value
    if isinstance(value, str):
        # Members of an enumeration are clean, and stay members.
        cleaned = clean_text(value)
    elif isinstance(value, list | tuple):
        cleaned = type(value)(clean_strings(each) for each in value)
    elif isinstance(value, dict):
        cleaned = {clean_strings(name): clean_strings(each) for name, each in value.items()}
    return cleaned  # type: ignore[no-any-return]


class Bounds(NamedTuple):
    """How large JSON may be: levels of lists and objects, and values of all kinds."""

    deepest: int
    most_values: int


def load_json(body: bytes, bounds: Bounds | None = None) -> JsonValue:
    """Read JSON as strangers write it: a byte-order mark and escaped lone surrogates are accepted.

    The strings are cleaned.

    Raises:
        ValueError: it is not JSON in UTF-8, nested too deeply, or has more values than it may.
    """
    text = body.removeprefix(BOM_UTF8).decode()
    try:
        value: JsonValue = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
        if bounds is not None:
            _check_bounds(value, bounds)
        return clean_strings(value)
    except RecursionError as error:
        raise ValueError("the JSON is nested too deeply") from error


def _check_bounds(value: JsonValue, bounds: Bounds) -> None:
    level, count = [value], 0
    for _ in range(bounds.deepest + 1):
        count += len(level)
        if count > bounds.most_values:
            raise ValueError("the JSON has too many values")
        level = [each for outer in level for each in _values_in(outer)]
        if not level:
            return
    raise ValueError("the JSON is nested too deeply")


def _values_in(value: JsonValue) -> Iterable[JsonValue]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _finite(text: str) -> float:
    """A number; one that is too large for any reader would be written as null."""
    number = float(text)
    if not isfinite(number):
        raise ValueError("a number in the JSON is too large")
    return number


def _refuse_constant(name: str) -> JsonValue:
    raise ValueError(f"{name} is not JSON")


_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL_ADDRESS: Final = (
    rf"[A-Za-z0-9](?:[A-Za-z0-9_.+%'\u2019-]{{0,62}}[A-Za-z0-9_])?@(?:{_LABEL}\.){{1,6}}[A-Za-z]{{2,24}}"
)
LONGEST_ADDRESS: Final = 254
_email_address = re.compile(EMAIL_ADDRESS)


def is_address(text: str) -> bool:
    """Whether a text is one email address and nothing else."""
    is_short = len(text) <= LONGEST_ADDRESS
    return is_short and ".." not in text and _email_address.fullmatch(text) is not None


def _require_address(text: str) -> str:
    if not is_address(text):
        raise ValueError("must be an email address")
    return text


# Before anything else is checked: what cleaning leaves empty is empty to a shortest length as well.
_Clean = BeforeValidator(clean_strings)

CleanText = Annotated[str, _Clean]
"""A string field whose value is clean, whoever wrote it."""

CleanDocument = Annotated[dict[str, JsonValue], _Clean]
"""A field for a JSON object of a stranger, all of whose strings are clean."""

EmailAddress = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=LONGEST_ADDRESS),
    AfterValidator(_require_address),
    _Clean,
    WithJsonSchema({"type": "string", "maxLength": LONGEST_ADDRESS, "pattern": f"^{EMAIL_ADDRESS}$"}),
]
"""A string field that holds one email address, white space around it left out."""
