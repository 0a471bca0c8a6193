"""Personas: visitors who answer in words of their own, with the truth about them beside it."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from contracts.values import Profile, Stage
from evals.files import texts_in
from playbook.section import Section

PERSONAS = Path(__file__).parent / "personas"
# What costs the time may be read as the challenge or as one of the time wasters; both are right.
PAINS = "pains"
ASKABLE = frozenset(Profile.model_fields) | {"opening", "proposal", "redraft", "tier", "change", "concern"}
_NUMBER = re.compile(r"\d+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
# What anybody says who is asked for something they have nothing to say about, by language.
_SHRUG: Mapping[str, str] = {
    "en": "Not sure, to be honest.",
    "de": "Keine Ahnung, ehrlich gesagt.",
    "es": "No sé, la verdad.",
    "fr": "Je ne sais pas, franchement.",
    "pt": "Não sei, para ser sincero.",
}
_YES: Mapping[str, str] = {"en": "yes", "de": "ja", "es": "sí", "fr": "oui", "pt": "sim"}
_WANTS_DEMO: Mapping[str, str] = {
    "en": "I'd like the demo, please.",
    "de": "Ich möchte bitte die Demo.",
    "es": "Quiero la demo, por favor.",
    "fr": "Je voudrais la démo, s'il vous plaît.",
    "pt": "Quero a demo, por favor.",
}
# What is said, one line after another, to each question about a proposal.
_ABOUT_A_PROPOSAL: Mapping[str, tuple[str, ...]] = {
    "proposal": ("proposal", "tier", "concern"),
    "redraft": ("redraft", "tier", "concern"),
    "tier": ("tier", "concern"),
    "concern": ("concern",),
    "change": ("change",),
}


def _as_several(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


Several = Annotated[tuple[str, ...], BeforeValidator(_as_several)]


class Persona(Section):
    """One visitor.

    `says` holds an answer for each thing that may be asked, several where it is asked again. `truth` is what
    must be read out of them and `may` what else can be; alternatives of one thing are parted by `|`.
    `silent_at` is the question at which the visitor leaves without a word; one who `insists` goes on with the
    last question when a reply asks nothing.
    """

    id: str
    manner: str = "plain"
    language: str = "en"
    says: dict[str, Several]
    truth: dict[str, Several] = Field(default_factory=dict)
    may: dict[str, Several] = Field(default_factory=dict)
    tier: str | None = None
    wants_demo: bool = True
    cooperative: bool = True
    most_turns: int = 13
    silent_at: str | None = None
    ends: Stage = Stage.BOOK
    insists: bool = False
    group: str = ""

    @model_validator(mode="after")
    def _names_exist(self) -> "Persona":
        slots = frozenset(Profile.model_fields) | {PAINS}
        strange = (set(self.says) - ASKABLE) | ((set(self.truth) | set(self.may)) - slots)
        if strange:
            raise ValueError(f"persona {self.id!r} names {', '.join(sorted(strange))}")
        return self

    @property
    def opening(self) -> str:
        """What the visitor says first."""
        return self.says["opening"][0]

    def answer(self, asked: str, times: int) -> str | None:
        """What is said to a question asked for the n-th time, from 1; None when the visitor says nothing."""
        if asked == self.silent_at:
            return None
        if asked in _ABOUT_A_PROPOSAL:
            return self._reaction(asked, times)
        said = self.says.get(asked)
        # Who has told it already says it again; who has not does not know.
        return (
            said[min(times, len(said)) - 1]
            if said
            else self._sentence_that_tells(asked) or _SHRUG[self.language]
        )

    def confirm(self, asked: str, question: str) -> str | None:
        """What is said to a number that is asked back: a yes where it is right, otherwise the right one."""
        right = next(iter(self.truth.get(asked, ())), "").partition("|")[0]
        named = set(_NUMBER.findall(question))
        if not right.isdigit() or not self.cooperative:
            return None
        return _YES[self.language] if named == {right} else right

    def _reaction(self, asked: str, times: int) -> str | None:
        """The next thing to say about a proposal; whoever has said everything wants the demo, or leaves."""
        lines = [line for name in _ABOUT_A_PROPOSAL[asked] for line in self.says.get(name, ())]
        if times <= len(lines):
            return lines[times - 1]
        return _WANTS_DEMO[self.language] if self.wants_demo else None

    def _sentence_that_tells(self, slot: str) -> str | None:
        """The sentence in which the truth about a slot stands."""
        truth = [re.escape(one) for text in self.truth.get(slot, ()) for one in text.split("|")]
        if not truth:
            return None
        words = re.compile(rf"(?<!\w)(?:{'|'.join(truth)})", re.IGNORECASE)
        sentences = (one for said in self.says.values() for line in said for one in _SENTENCE_END.split(line))
        return next(filter(words.search, sentences), self.opening)


def load_personas(folder: Path = PERSONAS) -> tuple[Persona, ...]:
    """Every persona below the folder; its group is the file it stands in."""
    found = [
        Persona.model_validate(entry | {"group": path.relative_to(folder).with_suffix("").as_posix()})
        for path in sorted(folder.rglob("*.yaml"))
        for entry in texts_in(path)
    ]
    _refuse_twins(persona.id for persona in found)
    return tuple(found)


def _refuse_twins(identities: Iterable[str]) -> None:
    seen: set[str] = set()
    for identity in identities:
        if identity in seen:
            raise ValueError(f"persona {identity!r} stands twice")
        seen.add(identity)
