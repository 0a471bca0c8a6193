"""Numbers as people of any language write them: `12`, `1.200`, `2,5`, `treinta y cinco`, `40 bis 50`."""

import re
from collections.abc import Iterable, Mapping

from playbook import folded
from playbook.listening import NumberWords
from services.dialogue.domain.reading.languages.phrasing import one_of

# A mark before exactly three digits parts thousands, before one or two a fraction: so it is in all of them.
_DIGITS = (
    r"(?<![\w.,$€£])(?:[0-9]{1,3}(?:[., '][0-9]{3})+|[0-9]{1,7}(?:[.,][0-9]{1,2})?)(?![0-9])(?!\s*[%€$£])"
)
_MOST_WORDS_BESIDE_ONE = 3
_BLANKS = re.compile(r"[\s-]+")
_THOUSANDS = re.compile(r"[., '](?=[0-9]{3}(?![0-9]))")


class Counts:
    """The numbers of one language; the patterns are for folded text."""

    def __init__(self, words: NumberWords) -> None:
        self._values = _values(words)
        self._hundreds = {_key(name): value for name, value in words.hundreds.items()}
        self._after_hundreds = tuple({_key(joint) for joint in words.after_hundreds})
        self.one = rf"(?:{_DIGITS}|{_spelled(words)})"
        self.range = rf"{self.one}(?:(?:\s*-\s*|\s+{one_of(words.ranges)}\s+){self.one})?"
        self.counted = rf"(?:{one_of(words.roughly)}\s+){{0,2}}(?P<n>{self.range})"
        self._one = re.compile(self.one, re.IGNORECASE)
        self._no_count = re.compile(rf"{self.one}\s*{one_of(words.no_count)}", re.IGNORECASE)

    def within(self, text: str) -> list[float]:
        """Every number of a folded text, in the order they stand."""
        return [self._value(match.group()) for match in self._found(text)]

    def stated(self, text: str) -> list[float]:
        """The numbers without "a" and "an", which are a one only when little else is said."""
        is_short = len(text.split()) <= _MOST_WORDS_BESIDE_ONE
        return [
            number
            for match in self._found(text)
            if (number := self._value(match.group())) != 1 or is_short or match.group()[0].isdigit()
        ]

    def _found(self, text: str) -> Iterable[re.Match[str]]:
        return self._one.finditer(self._no_count.sub(" ", text))

    def _value(self, text: str) -> float:
        if text[0].isdigit():
            return float(_THOUSANDS.sub("", text).replace(",", "."))
        key = _key(text)
        if key in self._values:
            return self._values[key]
        return next(self._values[key[: len(head)]] + self._values[rest] for head, rest in self._parted(key))

    def _parted(self, key: str) -> Iterable[tuple[str, str]]:
        for head in self._hundreds:
            for joint in self._after_hundreds:
                rest = key.removeprefix(head + joint)
                if rest != key and rest in self._values:
                    yield head, rest


def _values(words: NumberWords) -> Mapping[str, float]:
    small = {**words.ones, **words.tens}
    compounds = {
        template.format(tens=tens, ones=ones): words.tens[tens] + words.ones[ones]
        for template in words.compounds
        for tens in words.tens
        for ones in words.ones
    }
    return {_key(name): float(value) for name, value in {**compounds, **words.hundreds, **small}.items()} | {
        _key(name): value for name, value in words.others.items()
    }


def _spelled(words: NumberWords) -> str:
    ones, tens, hundreds, others = map(_any, (words.ones, words.tens, words.hundreds, words.others))
    compounds = [
        _loose(template).replace(r"\{tens\}", tens).replace(r"\{ones\}", ones) for template in words.compounds
    ]
    small = f"(?:{'|'.join((*compounds, others, tens, ones))})"
    joints = f"(?:{'|'.join(map(_loose, words.after_hundreds))})"
    return rf"(?<!\w)(?:{hundreds}(?:{joints}{small})?|{small})(?!\w)"


def _any(names: Iterable[str]) -> str:
    return f"(?:{'|'.join(_loose(name) for name in sorted(names, key=len, reverse=True))})"


def _loose(text: str) -> str:
    """The text as a pattern in which blanks and hyphens are one."""
    return r"[\s-]+".join(map(re.escape, re.split(r"[\s-]", folded(text))))


def _key(text: str) -> str:
    return _BLANKS.sub(" ", folded(text).casefold())
