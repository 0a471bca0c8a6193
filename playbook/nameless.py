"""What stands in place of a person's name, so that the sentence around it still reads."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Final, Self

from pydantic import model_validator

from playbook.claims.personal import TITLE, people_in, visible_with_blanks
from playbook.section import NonEmpty, Section

_LEFT_OUT: Final = "(\u2026)"
_SENTENCE_STARTS: Final = re.compile(r"(?:^|[.!?:]\s+)$")


class Nameless(Section):
    """`says` names a person by what they do.

    Each of `behind`, as in `von: von ihr`, stands in place of the words before a name as well; they may end
    with its title.
    """

    says: NonEmpty
    behind: tuple[NonEmpty, ...]

    @model_validator(mode="after")
    def _each_has_two_sides(self) -> Self:
        if wrong := [each for each in self.behind if ": " not in each]:
            raise ValueError(f"{', '.join(wrong)} must be written as `words: what stands there instead`")
        return self

    @cached_property
    def _joined(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        pairs = sorted((each.split(": ", 1) for each in self.behind), key=lambda pair: -len(pair[0]))
        return tuple((re.compile(_before(words), re.IGNORECASE), said) for words, said in pairs)

    def instead_of_names(self, text: str, names: Iterable[str] = ()) -> str:
        """The text with `says` for everybody whose name would not be an introduction of themselves."""
        read = visible_with_blanks(text)
        spans = people_in(read, frozenset(names))
        for start, end in reversed(spans):
            begins, said = self._at(read[:start], read[start:end])
            is_capital = read[begins].isupper() and _SENTENCE_STARTS.search(read[:begins])
            said = f"{said[0].upper()}{said[1:]}" if is_capital else said
            read = f"{read[:begins]}{said}{read[end:]}"
        return self._named_once(read) if spans else text

    def quotable(self, text: str) -> str:
        """The text as a quote, in which nobody said these words: with a mark where they stand."""
        return self._forms.sub(_LEFT_OUT, text)

    @cached_property
    def _forms(self) -> re.Pattern[str]:
        """In each of its forms; what leads to it, as `von`, is the visitor's own."""
        length = len(self.says.split())
        forms = {self.says, *(" ".join(said.split()[-length:]) for _, said in self._joined)}
        shown = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
        return re.compile(rf"(?<!\w)(?:{shown})(?!\w)", re.IGNORECASE)

    def _at(self, before: str, person: str) -> tuple[int, str]:
        """From where on it stands, and in which form."""
        title = re.match(rf"(?:{TITLE})\s+", person)
        head = f"{before}{title.group() if title else ''}"
        found = ((pattern.search(head), said) for pattern, said in self._joined)
        return next(((match.start(), said) for match, said in found if match), (len(before), self.says))

    def _named_once(self, text: str) -> str:
        again = (
            rf"({re.escape(self.says)})(?:(?:,| (?:and|or|und|oder|y|o|et|ou|e|&)) {re.escape(self.says)})+"
        )
        return re.sub(again, r"\1", text, flags=re.IGNORECASE)


def _before(words: str) -> str:
    """Where these words end a text, a title between them and its end aside."""
    edge = r"(?<!\w)" if words[0].isalnum() else ""
    blank = "" if words.endswith("'") else r"\s+"
    return rf"{edge}{re.escape(words)}{blank}(?-i:(?:{TITLE})\s+)?$"
