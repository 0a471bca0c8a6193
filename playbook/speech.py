"""Who speaks, and what is asked at each stage."""

from typing import Self

from pydantic import Field, model_validator

from contracts.values import Profile
from playbook.section import NonEmpty, Section


class Company(Section):
    """Who speaks."""

    name: NonEmpty
    bot_name: NonEmpty
    website: NonEmpty
    does: NonEmpty
    voice: NonEmpty
    disclosure: NonEmpty


class Question(Section):
    """How a slot is asked for, and how it is asked again when the answer was not understood.

    `topics` are words by which other wordings of it are recognised; `*` at the end stands for any ending.
    `along` names a slot that is asked for in the same breath while it is unknown too, in the words of `both`.
    """

    slot: NonEmpty
    ask: NonEmpty
    again: NonEmpty
    topics: tuple[NonEmpty, ...] = ()
    along: NonEmpty | None = None
    both: NonEmpty | None = None

    @model_validator(mode="after")
    def _slots_exist(self) -> Self:
        for slot in filter(None, (self.slot, self.along)):
            if slot not in Profile.model_fields:
                raise ValueError(f"slot {slot!r} is not one of {', '.join(Profile.model_fields)}")
        if (self.along is None) != (self.both is None):
            raise ValueError("along and both are told together")
        return self


class StageScript(Section):
    """The questions of a stage in their order, and how many may be asked before it is left."""

    goal: NonEmpty
    questions: tuple[Question, ...] = ()
    most_questions: int = Field(default=3, ge=0, le=6)
