"""A set of personas as it was played: what it scored, and what keeps the gate shut."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from evals.gate import HELD_OUT_BAR, Bar, faults, held_out_faults
from evals.persona import Persona
from evals.scoring import Summary
from evals.sets import PersonaSet

Play = Callable[[Sequence[Persona]], Awaitable[Summary]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The personas of a set that are to be played; `is_whole` when nobody was left out."""

    of: PersonaSet
    personas: Sequence[Persona]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of the personas of a set."""

    chosen: Chosen
    summary: Summary
    faults: Sequence[str]

    @property
    def bar(self) -> Bar | None:
        """What all together are held to; None of known personas, and where only a part is played."""
        return _bar_of(self.chosen)

    def is_told_in_words(self, *, reveal: bool) -> bool:
        """Whether the report says how each was misread; of held-out personas that tempts to mend for them."""
        return reveal or self.chosen.of is PersonaSet.KNOWN


def choose(of: Sequence[PersonaSet], *, only: str = "", language: str = "") -> list[Chosen]:
    """Of these sets whose id or group begins so and who speak so; a set without any of them is left out."""
    found = []
    for one in of:
        everybody = one.load()
        chosen = [persona for persona in everybody if _is_meant(persona, only, language)]
        if chosen:
            found.append(Chosen(one, chosen, is_whole=len(chosen) == len(everybody)))
    return found


async def measure(chosen: Sequence[Chosen], play: Play, *, without_cost: bool = False) -> list[Measured]:
    """Every set played and judged, one after the other; `without_cost` forgives a cost that is unknown."""
    return [_judged(one, await play(one.personas), without_cost=without_cost) for one in chosen]


def _is_meant(persona: Persona, only: str, language: str) -> bool:
    is_named = persona.id.startswith(only) or persona.group.startswith(only)
    return is_named and language in {"", persona.language}


def _judged(chosen: Chosen, summary: Summary, *, without_cost: bool) -> Measured:
    if chosen.of is PersonaSet.KNOWN:
        return Measured(chosen, summary, faults(summary, without_cost=without_cost))
    found = held_out_faults(summary, _bar_of(chosen), without_cost=without_cost)
    return Measured(chosen, summary, found)


def _bar_of(chosen: Chosen) -> Bar | None:
    return HELD_OUT_BAR if chosen.of is PersonaSet.HELD_OUT and chosen.is_whole else None
