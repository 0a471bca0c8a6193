"""Whether a version on trial does clearly worse than the one beside it: a plain statistical rule."""

from dataclasses import dataclass
from math import sqrt
from typing import Final

# Fewer are chance, whatever they are compared with.
LEAST_FAULTS: Final = 20
_LEAST_CHANCES: Final = 20
# So many times the rate of the other one at least, and so many standard deviations from an equal rate. It is
# looked at again and again, and faults come in clusters, so that two would often be passed by chance.
_TIMES: Final = 1.25
_DEVIATIONS: Final = 4.0


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something went wrong, and how often it could have; one chance may have several faults."""

    faults: int = 0
    chances: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.faults + other.faults, self.chances + other.chances)


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted, by name.

    `usual` is what is taken to be usual until the version beside the candidate has shown its own; without it
    there is no verdict before that.
    """

    name: str
    usual: Tally = Tally()


def is_clearly_worse(candidate: Tally, beside: Tally, measure: Measure) -> bool:
    """Whether the candidate has more faults than chance explains, at the rate of what is beside it.

    If both had the same rate, the candidate would have its share of all faults, give or take the deviation of
    a binomial distribution.
    """
    other = beside + measure.usual
    if candidate.faults < LEAST_FAULTS or other.chances < _LEAST_CHANCES:
        return False
    if candidate.faults * other.chances < _TIMES * other.faults * candidate.chances:
        return False
    faults = candidate.faults + other.faults
    share = candidate.chances / (candidate.chances + other.chances)
    return candidate.faults - faults * share >= _DEVIATIONS * sqrt(faults * share * (1 - share))
