"""Who speaks, and what is asked at each stage."""

from functools import cached_property
from hashlib import sha256
from typing import Self

from pydantic import Field, model_validator

from contracts.values import Profile
from playbook.section import NonEmpty, Section


class Company(Section):
    """Who speaks. The invitation and the openers are shown in the chat before anything is said."""

    name: NonEmpty
    bot_name: NonEmpty
    website: NonEmpty
    does: NonEmpty
    voice: NonEmpty
    disclosure: NonEmpty
    invitation: str = ""
    openers: tuple[NonEmpty, ...] = ()

    @cached_property
    def canary(self) -> str:
        """The mark of a company in what a model is told; whatever it says with the mark in it was copied."""
        digest = sha256(f"canary:{self.name}:{self.website}".encode()).hexdigest()
        return f"{digest[:6]}-{digest[6:12]}"


class Question(Section):
    """How a slot is asked for, and how it is asked again when the answer was not understood.

    `goal` is what the question is after; a language model words it for the visitor it talks to.
    """

    slot: NonEmpty
    ask: NonEmpty
    again: NonEmpty
    goal: NonEmpty

    @model_validator(mode="after")
    def _slot_exists(self) -> Self:
        if self.slot not in Profile.model_fields:
            raise ValueError(f"slot {self.slot!r} is not one of {', '.join(Profile.model_fields)}")
        return self


class StageScript(Section):
    """The questions of a stage in their order, and how many may be asked before it is left."""

    goal: NonEmpty
    questions: tuple[Question, ...] = ()
    most_questions: int = Field(default=3, ge=0, le=8)
