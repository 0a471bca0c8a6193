"""The two sets of personas: those the readers were mended for, and those nobody works towards."""

from enum import StrEnum
from pathlib import Path

from evals.persona import PERSONAS, Persona, load_personas


class PersonaSet(StrEnum):
    """Which personas; what may be done with the held-out ones stands in evals/held_out/README.md."""

    KNOWN = "known"
    HELD_OUT = "heldout"

    @property
    def folder(self) -> Path:
        """Where its personas stand."""
        return PERSONAS if self is PersonaSet.KNOWN else PERSONAS.with_name("held_out")

    @property
    def heading(self) -> str:
        """What people call it."""
        return "known" if self is PersonaSet.KNOWN else "held-out"

    def load(self) -> tuple[Persona, ...]:
        """Every persona of the set."""
        return load_personas(self.folder)
