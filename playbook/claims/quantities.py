"""The one number reader: numbers in digits and in words, of five languages, with their places.

Words are read by the library text2num; this module joins them with digits, signs and shares of one.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from text_to_num import Token, find_numbers

LANGUAGES: Final = ("en", "es", "de", "fr", "pt")
# Words for a number of things, which the library does not know.
_COLLECTIVES: Final = {
    "dozen": 12, "docena": 12, "dutzend": 12, "douzaine": 12, "duzia": 12, "decena": 10, "dizaine": 10,
    "dezena": 10, "quinzaine": 15, "vingtaine": 20, "veintena": 20, "trentaine": 30, "treintena": 30,
    "quarantaine": 40, "cinquantaine": 50, "centaine": 100, "centena": 100, "centenar": 100, "zweit": 2,
    "dritt": 3, "viert": 4, "funft": 5, "sechst": 6, "k": 1_000, "mio": 1_000_000,
}  # fmt: skip
_ONLY_AFTER_A_NUMBER: Final = frozenset({"k", "mio"})
_MULTIPLIERS: Final = frozenset({100, 1_000, 1_000_000, 1_000_000_000})
# Signs and a letter that the library would take for a part of a number.
_NO_NUMBERS: Final = frozenset({"o", "plus", "minus", "moins", "menos", "mas", "mais"})
# Everyday English words that are a number in another language, where they stand alone.
_NOT_ALONE: Final = frozenset({"once", "cent", "cents"})
# Behind an apostrophe only what French elides is a number: the ending of the Turkish "Word'ten" is none.
_ENDING: Final = re.compile(r"(?<=[^\W\d_]')(?!(?:une?|onze)\b)")
_HALVES: Final = {"\u00bd": 0.5, "\u00bc": 0.25, "\u00be": 0.75}
_AND_A_HALF: Final = re.compile(r"[\s-]+(?:and a half|y medi[ao]|et demie?|e mei[ao])\b")
_HALF_A: Final = re.compile(
    r"\b(?:half an? |(?:una )?medi[ao] |(?:ein )?halbes |(?:une )?demi[- ]|(?:uma )?mei[ao] )$"
)
_WITH_A_HALF: Final = re.compile(r"(\w+)einhalb|(anderthalb)")
_ACCENTS: Final = {
    "funf": "f\u00fcnf", "zwolf": "zw\u00f6lf", "dreissig": "drei\u00dfig", "veintidos": "veintid\u00f3s",
    "veintitres": "veintitr\u00e9s", "veintiseis": "veintis\u00e9is", "milhoes": "milh\u00f5es",
    "milhao": "milh\u00e3o",
}  # fmt: skip
_UNACCENTED: Final = re.compile("|".join(_ACCENTS))
# Shares and multiples, which are numbers of another kind and keep their word. A double booking is none.
_SHARE: Final = re.compile(
    r"\b(?:halves|halved?|half|thirds?|quarters?|doubled|tripled|dozens|mitad|halfte|halbier\w*|par deux"
    r"|moitie|demi|metade|(?:doubles?|triples?) (?:the|your|their|our|its|his|her|as|in)"
    r"|(?:twice|thrice) (?:as|the|an?|per|each|every|daily|weekly)|(?:el|al|en) (?:doble|triple)"
    r"|(?:doble|triple|dobro|triplo) (?:de|da|do)|(?:o|ao|em) (?:dobro|triplo)"
    r"|(?:le|au) (?:double|triple)|(?:double|triple)(?:ra|nt)? (?:de|du|des|la|les|vos|votre|leurs?)"
    r"|(?:das|ums|aufs) (?:doppelte|dreifache)|(?:doppelt|dreifach) so"
    r"|(?:doppelte|dreifache)[nrs]? (?:menge|zahl|anzahl|zeit|tempo|umsatz)|verdoppel\w*|verdreifach\w*)\b"
)
_SAME_LENGTH: Final = str.maketrans("\u00a0\u2009\u202f\u2019\u02bc\u066c\u066b", "   '',.")
_DIGITS: Final = r"\d{1,3}(?:[ ',.]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d+)*"
_TOKEN: Final = re.compile(rf"(?P<digits>{_DIGITS})|(?P<word>[^\W\d_]+)|(?P<sign>[^\w\s])")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number where it stands; `is_spelled` says that it is in words."""

    value: float
    start: int
    end: int
    is_spelled: bool = False


@dataclass(frozen=True, slots=True)
class _Word(Token):  # type: ignore[misc]  # the library has no types
    """A token as the library takes it."""

    word: str

    def text(self) -> str:
        return self.word


# One text is looked at for amounts, dates, numbers and units in turn, and each time all its numbers are read.
@lru_cache(maxsize=512)
def quantities(text: str, language: str | None = None) -> Sequence[Quantity]:
    """Every number of a text, digits and words that belong together as one.

    Capitals and accents do not matter. Words are read in `language`, or in all that are known.
    """
    plain = "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text).translate(_SAME_LENGTH)
    found: list[Quantity] = []
    for quantity in sorted((*_in_digits(plain), *_in_words(plain, language)), key=lambda one: one.start):
        if found and _multiplies(plain, found[-1], quantity):
            before = found.pop()
            found.append(_spanning(before.value * quantity.value, before, quantity.end))
        else:
            found.append(quantity)
    return tuple(_with_half(plain, quantity) for quantity in found)


def numbers(text: str) -> frozenset[str]:
    """Every number: `1,250` and `1250` are one, so are `2.0` and `two`. One in words counts nothing."""
    found = quantities(text)
    counted = (written(one.value) for one in found if not one.is_spelled or one.value > 1)
    shares = (
        match.group()
        for match in _SHARE.finditer(text)
        if not any(one.start < match.end() and match.start() < one.end for one in found)
    )
    return frozenset((*counted, *shares))


def written(value: float) -> str:
    """One spelling for one number."""
    return str(int(value)) if float(value).is_integer() else f"{value:.10g}"


def value_of(digits: str) -> float:
    """The value of digits with separators, in the American or the European manner.

    Three digits behind a single separator are thousands, as in prices; only a leading zero says otherwise.
    """
    bare = digits.replace(" ", "").replace("'", "")
    pieces, signs = re.split(r"[.,]", bare), re.findall(r"[.,]", bare)
    if not signs:
        return float(bare)
    is_grouped = all(len(piece) == 3 for piece in pieces[1:]) and pieces[0] != "0" and len(pieces[0]) <= 3
    if is_grouped and len(set(signs)) == 1:
        return float("".join(pieces))
    return float("".join(pieces[:-1]) + "." + pieces[-1])


def _in_digits(text: str) -> Iterator[Quantity]:
    for match in re.finditer(rf"(?P<digits>{_DIGITS})?(?P<half>[\u00bd\u00bc\u00be])?", text):
        if match.group():
            value = value_of(match["digits"]) if match["digits"] else 0.0
            yield Quantity(value + _HALVES.get(match["half"] or "", 0.0), match.start(), match.end())


def _in_words(text: str, language: str | None) -> Iterable[Quantity]:
    """The longest numbers first, so that a part of one is never a number of its own."""
    tokens = list(_TOKEN.finditer(text))
    words = [_word_of(token) for token in tokens]
    if not any(words):
        return []
    candidates = [*_by_table(text, tokens)]
    for code in (language,) if language in LANGUAGES else LANGUAGES:
        for one in find_numbers([_Word(word or ";") for word in words], code, 0):
            start, end = tokens[one.start].start(), tokens[one.end - 1].end()
            if not one.is_ordinal and not (language in (None, "en") and text[start:end] in _NOT_ALONE):
                candidates.append(Quantity(abs(one.value), start, end, is_spelled=True))
    chosen: list[Quantity] = []
    for quantity in sorted(candidates, key=lambda one: one.start - one.end):
        if not any(one.start < quantity.end and quantity.start < one.end for one in chosen):
            chosen.append(quantity)
    return chosen


def _by_table(text: str, tokens: Sequence[re.Match[str]]) -> Iterator[Quantity]:
    for token in tokens:
        word = _without_accents(token.group())
        if (value := _COLLECTIVES.get(word)) and (
            word not in _ONLY_AFTER_A_NUMBER or _follows_digits(text, token)
        ):
            half = _HALF_A.search(text[: token.start()])
            start = half.start() if half else token.start()
            yield Quantity(value * (0.5 if half else 1), start, token.end(), is_spelled=True)
        elif mixed := _WITH_A_HALF.fullmatch(word):
            whole = 1.0 if mixed[2] or mixed[1] == "" else next(iter(_in_words(mixed[1], "de")), None)
            value_before = whole.value if isinstance(whole, Quantity) else whole
            if value_before is not None:
                yield Quantity(value_before + 0.5, token.start(), token.end(), is_spelled=True)


def _word_of(token: re.Match[str]) -> str:
    word = token["word"] or ("-" if token["sign"] == "-" else "")
    if _without_accents(word) in _NO_NUMBERS or _ENDING.match(token.string, token.start()):
        return ""
    return _UNACCENTED.sub(lambda match: _ACCENTS[match.group()], word)


def _without_accents(word: str) -> str:
    return word.replace("\u00fa", "u")


def _follows_digits(text: str, token: re.Match[str]) -> bool:
    return text[: token.start()].rstrip(" ")[-1:].isdigit()


def _multiplies(text: str, before: Quantity, following: Quantity) -> bool:
    """Whether the second counts the first: `2 thousand`, `2k`, `two dozen`."""
    is_factor = following.is_spelled and (
        following.value in _MULTIPLIERS or text[following.start : following.end] in _COLLECTIVES
    )
    return is_factor and before.value < following.value and not text[before.end : following.start].strip(" ")


def _with_half(text: str, quantity: Quantity) -> Quantity:
    match = _AND_A_HALF.match(text, quantity.end)
    return _spanning(quantity.value + 0.5, quantity, match.end()) if match else quantity


def _spanning(value: float, first: Quantity, end: int) -> Quantity:
    return Quantity(value, first.start, end, first.is_spelled)
