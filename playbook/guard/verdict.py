"""What a judge is asked about a sentence, what it may answer, and what of that is believed."""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum


class Finding(StrEnum):
    """What a sentence says of us; only the last one is not to be shown."""

    ABOUT_VISITOR = "about_visitor"
    CARRIED = "carried"
    REFUSAL = "refusal"
    NO_CLAIM = "no_claim"
    NOT_CARRIED = "not_carried"


@dataclass(frozen=True, slots=True)
class UnsureSentence:
    """A sentence that code cannot judge, and the one before it in the reply, which says what "it" is."""

    text: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judge's answer for one sentence: `facts` are ids; `needs_before` if it leans on the one before."""

    finding: Finding
    facts: tuple[str, ...] = ()
    needs_before: bool = False

    def is_believed(self, known: Set[str]) -> bool:
        """Whether the sentence may be shown: a claim only with facts that exist."""
        if self.finding is Finding.CARRIED:
            return bool(self.facts) and known >= set(self.facts)
        return self.finding is not Finding.NOT_CARRIED
