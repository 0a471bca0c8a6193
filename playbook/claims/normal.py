"""A text as it is read and compared: nothing hidden in it, no letter or digit in disguise."""

import html
import re
import unicodedata
from functools import lru_cache

# Letters by name, but nothing is seen of them; some carry whole hidden messages.
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_VARIATIONS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_HIDDEN = frozenset({"Cf", "Cc", "Co", "Cs"})
_KEPT_CONTROLS = "\n\t\r"
_ASCII_CONTROLS = {code: None for code in (*range(0x20), 0x7F) if chr(code) not in _KEPT_CONTROLS}
# Letters of other scripts that look like Latin ones; only read so inside a word that has Latin letters.
_LOOKALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u0501\u04bb\u051b\u051d\u043a\u043c\u0442"
    "\u043d\u0432\u03b1\u03b5\u03bf\u03c1\u03c4\u03c5\u03c7\u03b9\u03ba\u03bd\u03b2\u0131\u0261",
    "aeopcyxisjdhqwkmthbaeoptuxikvbig",
)
_WORD = re.compile(r"\w+")
_ASCII_LETTER = re.compile(r"[a-z]")
_SIGNS = str.maketrans(
    {
        "\u2019": "'", "\u2018": "'", "\u00b4": "'", "\u201c": '"', "\u201d": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
        "\u3002": ".", "\u2024": ".", "\u2044": "/", "\u2215": "/", "\u066a": "%", "\u066c": ",",
        "\u066b": ".", "*": None, "_": None, "`": None, "~": None, "|": " ", "\\": " ",
    }
)  # fmt: skip
# Single signs with one blank, dot or dash between each: how a word is hidden from a search for it.
_SPACED = re.compile(r"(?<![\w$%])(?:[\w$%\u20ac\u00a3]\s?[ .\-/\u00b7]\s?){2,}[\w$%](?![\w$%])")
_LONGEST_WORD = 100
_GAPS = re.compile(r"[\s.\-/\u00b7]+")


def cleaned(text: str) -> str:
    """The text without what no eye sees: zero-width, bidi, tag and control characters, blank letters."""
    # Most texts are plain, and this is asked of every word of a stream.
    if text.isascii():
        return text if text.isprintable() else text.translate(_ASCII_CONTROLS)
    return "".join(sign for sign in text if not _is_hidden(sign))


def visible(text: str) -> str:
    """The text as an eye reads it: nothing hidden, full-width and other styled letters made plain."""
    shown = cleaned(text)
    return shown if shown.isascii() else cleaned(unicodedata.normalize("NFKC", shown))


def shortened(text: str, most_letters: int = 2_000) -> str:
    """The beginning and the end of a text that is too long; people end with what they want."""
    if len(text) <= most_letters:
        return text
    tail = most_letters // 4
    return f"{text[: most_letters - tail - 1]}\u2026{text[len(text) - tail :]}"


# One text is folded to be searched for links, for figures, for instructions in turn, and again next time.
@lru_cache(maxsize=1024)
def folded(text: str) -> str:
    """The text as it is compared: plain digits, no capitals, accents, emphasis, look-alikes or entities."""
    shown = visible(html.unescape(text))
    plain = shown if shown.isascii() else "".join(map(_plain_digit, shown))
    read = plain.translate(_SIGNS).casefold()
    bare = read if read.isascii() else _WORD.sub(_without_lookalikes, _without_accents(read))
    words = bare.split()
    return " ".join(words if max(map(len, words), default=0) <= _LONGEST_WORD else map(_broken_up, words))


def closed_up(text: str) -> str:
    """A folded text in which letters set apart stand together: `d i s c o u n t` as `discount`."""
    return _SPACED.sub(lambda match: _GAPS.sub("", match.group()), text)


def letters(text: str) -> str:
    """Only the letters and digits of a text, so that no spacing or sign tells two of them apart."""
    return "".join(sign for sign in folded(text) if sign.isalnum())


def _without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if unicodedata.category(sign) != "Mn")


def _broken_up(word: str) -> str:
    """With blanks in a run that no language writes: a search in it would take ages."""
    return " ".join(word[start : start + _LONGEST_WORD] for start in range(0, len(word), _LONGEST_WORD))


@lru_cache(maxsize=4096)
def _is_hidden(sign: str) -> bool:
    if sign in _KEPT_CONTROLS:
        return False
    is_variation = any(ord(sign) in signs for signs in _VARIATIONS)
    return sign in _BLANK_LETTERS or is_variation or unicodedata.category(sign) in _HIDDEN


def _plain_digit(sign: str) -> str:
    """Digits of every script, circled ones too, are digits."""
    if sign.isascii():
        return sign
    value = unicodedata.digit(sign, None)
    return sign if value is None else str(value)


def _without_lookalikes(match: re.Match[str]) -> str:
    word = match.group()
    return word.translate(_LOOKALIKES) if _ASCII_LETTER.search(word) else word
