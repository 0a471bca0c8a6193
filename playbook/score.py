"""By which rule a lead is scored: how much it is worth that somebody calls."""

from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from contracts.values import Profile
from playbook.offer import CountedSlot
from playbook.section import NonEmpty, Section

Sign = Literal["link_sent", "booked", "chosen_tier", "wants_person", "closed"]


class Points(Section):
    """What earns points, or costs some: a known slot, one whose number is over a limit, or a sign.

    The number of a list is its length. `says` tells the sales team what it was, beside the visitor's words.
    """

    slot: NonEmpty | None = None
    over: float | None = None
    sign: Sign | None = None
    points: int = Field(ge=-100, le=100)
    says: NonEmpty

    @model_validator(mode="after")
    def _asks_for_one_thing(self) -> Self:
        if (self.slot is None) == (self.sign is None):
            raise ValueError("name a slot or a sign, and not both")
        if self.slot is not None and self.slot not in Profile.model_fields:
            raise ValueError(f"there is no slot {self.slot!r}; known are {', '.join(Profile.model_fields)}")
        if self.over is not None and self.slot not in get_args(CountedSlot):
            raise ValueError(f"only {', '.join(get_args(CountedSlot))} can be over a limit")
        return self


class ScoreRule(Section):
    """A lead has the sum of the points that hold, from 0 to 100, and is qualified from some number on."""

    qualified_from: int = Field(ge=1, le=100)
    points: tuple[Points, ...] = Field(min_length=1)
