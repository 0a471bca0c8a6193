"""Numbers in digits and in words, of five languages, with their places."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_UNITS = {
    0: "zero cero null",
    1: "one uno ein eins une um",
    2: "two dos zwei deux dois duas",
    3: "three tres drei trois",
    4: "four cuatro vier quatre quatro",
    5: "five cinco funf cinq",
    6: "six seis sechs",
    7: "seven siete sieben sept sete",
    8: "eight ocho acht huit oito",
    9: "nine nueve neun neuf nove",
    10: "ten diez zehn dix dez",
    11: "eleven elf onze",
    12: "twelve doce zwolf douze doze dozen",
    13: "thirteen trece dreizehn treize treze",
    14: "fourteen catorce vierzehn quatorze catorze",
    15: "fifteen quince funfzehn quinze",
    16: "sixteen dieciseis sechzehn dezesseis",
    17: "seventeen diecisiete siebzehn dezessete",
    18: "eighteen dieciocho achtzehn dezoito",
    19: "nineteen diecinueve neunzehn dezenove",
    20: "twenty veinte zwanzig vingt vingts vinte",
    30: "thirty treinta dreissig trente trinta",
    40: "forty cuarenta vierzig quarante quarenta",
    50: "fifty cincuenta funfzig cinquante cinquenta",
    60: "sixty sesenta sechzig soixante sessenta",
    70: "seventy setenta siebzig septante",
    80: "eighty ochenta achtzig oitenta huitante",
    90: "ninety noventa neunzig nonante",
    200: "doscientos doscientas duzentos duzentas",
    300: "trescientos trescientas trezentos trezentas",
    400: "cuatrocientos cuatrocientas quatrocentos quatrocentas",
    500: "quinientos quinientas quinhentos quinhentas",
    600: "seiscientos seiscientas seiscentos seiscentas",
    700: "setecientos setecientas setecentos setecentas",
    800: "ochocientos ochocientas oitocentos oitocentas",
    900: "novecientos novecientas novecentos novecentas",
}
_MULTIPLIERS = {
    100: "hundred hundreds hundert cien ciento cientos cem cento",
    1_000: "thousand thousands tausend mil mille k grand",
    1_000_000: "million millions millionen millones milhoes mio m",
}
# Only after another number: a cent is money, and a thing is rarely a share.
_AFTER_A_NUMBER = {"cent": 100, "cents": 100}
_VALUES = {word: value for value, words in _UNITS.items() for word in words.split()}
_FACTORS = {word: value for value, words in _MULTIPLIERS.items() for word in words.split()}
_ALONE_NO_NUMBER = frozenset({"k", "m", "mio", "grand"})
# Shares and multiples, which are numbers of another kind and keep their word.
_WORDS = (
    r"halves|halved?|half|thirds?|quarters?|doubles?|doubled|triples?|tripled|twice|thrice|dozens"
    r"|mitad|doble|triple|halfte|halbier\w*|par deux|doppelt\w*|dreifach\w*"
    r"|moitie|demi|metade|dobro|triplo"
)
_SHARE = re.compile(rf"\b(?:{_WORDS})\b")
_DIGITS = r"\d{1,3}(?:[ ',.]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d+)*"
_TOKEN = re.compile(rf"(?P<digits>{_DIGITS})|(?P<word>[^\W\d_]+)")
_JOINTS = frozenset({"and", "und", "y", "e", "et"})
_JOINT = re.compile(rf"[\s\-]*(?:(?:{'|'.join(_JOINTS)})[\s\-]+)?")
_ALL = _VALUES | _FACTORS
# German writes a whole number as one word.
_MORPHEMES = [word for word in (*_ALL, "und") if len(word) > 2]
_MORPHEME = re.compile("|".join(sorted(_MORPHEMES, key=len, reverse=True)))
_SHORTEST_COMPOUND = 7


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number where it stands; `is_spelled` tells that it is in words."""

    value: float
    start: int
    end: int
    is_spelled: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """A token of a number: its value, or what it multiplies."""

    value: float
    start: int
    end: int
    multiplies: bool = False
    is_word: bool = False


# One text is looked at for amounts, dates, numbers and units in turn, and each time all its numbers are read.
@lru_cache(maxsize=512)
def quantities(text: str) -> Sequence[Quantity]:
    """Every number of a folded text, digits and words that belong together as one."""
    found: list[Quantity] = []
    run: list[_Part] = []
    for match in _TOKEN.finditer(text):
        parts = _parts(match, follows=bool(run))
        if run and not (_continues(text, run, parts) if parts else match.group() in _JOINTS):
            found.append(_total(run))
            run = []
            parts = _parts(match, follows=False)
        run += parts
    return (*found, _total(run)) if run else tuple(found)


def numbers(text: str) -> frozenset[str]:
    """Every number: `1,250` and `1250` are one, so are `2.0` and `two`. One in words counts nothing."""
    counted = (
        written(quantity.value)
        for quantity in quantities(text)
        if not quantity.is_spelled or quantity.value > 1
    )
    return frozenset((*counted, *_SHARE.findall(text)))


def written(value: float) -> str:
    """One spelling for one number."""
    return str(int(value)) if float(value).is_integer() else f"{value:.10g}"


def value_of(digits: str) -> float:
    """The value of digits with separators, in the American or the European manner.

    Three digits behind a single separator are thousands, as in prices; only a leading zero says otherwise.
    """
    bare = digits.replace(" ", "").replace("'", "")
    pieces = re.split(r"[.,]", bare)
    signs = re.findall(r"[.,]", bare)
    if not signs:
        return float(bare)
    is_grouped = all(len(piece) == 3 for piece in pieces[1:]) and pieces[0] != "0" and len(pieces[0]) <= 3
    if is_grouped and len(set(signs)) == 1:
        return float("".join(pieces))
    return float("".join(pieces[:-1]) + "." + pieces[-1])


def _parts(match: re.Match[str], *, follows: bool) -> list[_Part]:
    """What a token adds to a number; nothing when it is no number."""
    if digits := match["digits"]:
        return [_Part(value_of(digits), match.start(), match.end())]
    word = match["word"]
    if word in _AFTER_A_NUMBER and follows:
        return [_Part(_AFTER_A_NUMBER[word], match.start(), match.end(), multiplies=True, is_word=True)]
    if word in _ALONE_NO_NUMBER and not follows:
        return []
    pieces = [word] if word in _VALUES or word in _FACTORS else _compound(word)
    return [
        _Part(_ALL[piece], match.start(), match.end(), multiplies=piece in _FACTORS, is_word=True)
        for piece in pieces
    ]


def _compound(word: str) -> list[str]:
    """`neunhundertneunundneunzig`, taken apart; nothing when any letter is left over."""
    if len(word) < _SHORTEST_COMPOUND:
        return []
    pieces = _MORPHEME.findall(word)
    return [piece for piece in pieces if piece != "und"] if "".join(pieces) == word else []


def _continues(text: str, run: list[_Part], parts: list[_Part]) -> bool:
    """Whether a number goes on: `two hundred` and `forty two` do, `8 people`, `2 3` and `3, 4` do not."""
    last, following = run[-1], parts[0]
    if not _JOINT.fullmatch(text[last.end : following.start]):
        return False
    if following.multiplies:
        return True
    are_words = following.is_word and last.is_word
    is_ten_and_unit = are_words and last.value >= 10 and last.value > following.value
    return last.multiplies or is_ten_and_unit or (last.value == 4 and following.value == 20)


def _total(run: list[_Part]) -> Quantity:
    total = current = 0.0
    for part in run:
        if not part.multiplies:
            # French counts in twenties.
            current = current * 20 if part.value == 20 and current == 4 else current + part.value
        elif part.value >= 1_000:
            total, current = total + max(current, 1) * part.value, 0.0
        else:
            current = max(current, 1) * part.value
    return Quantity(total + current, run[0].start, run[-1].end, is_spelled=run[0].is_word)
