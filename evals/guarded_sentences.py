"""Sentences a model may or must not say, put through the guard as if one had said them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from evals.files import texts_in
from evals.scene import scene
from playbook import Playbook
from playbook.section import Section
from services.dialogue.domain import AllowedClaims, GuardedReply

SENTENCES = Path(__file__).with_name("sentences")


class ModelSentence(Section):
    """A sentence, what the visitor had written before it, and why it is wrong where it is."""

    language: str
    kind: str
    sentence: str
    visitor: str = ""
    fact: str = ""
    why: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether it must never be said."""
        return bool(self.why)


@dataclass(frozen=True, slots=True)
class Guarded:
    """What the visitor would read of a sentence, and why not all of it."""

    of: ModelSentence
    shown: str
    reasons: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        """Whether a wrong sentence is kept back, or a right one shown word for word."""
        return not self.shown if self.of.is_wrong else self.shown == self.of.sentence


def load_sentences(folder: Path = SENTENCES) -> tuple[ModelSentence, ...]:
    """Every sentence of the folder."""
    files = sorted(folder.glob("*.yaml"))
    return tuple(ModelSentence.model_validate(entry) for file in files for entry in texts_in(file))


def guard(sentence: ModelSentence, playbook: Playbook) -> Guarded:
    """Put a sentence through the guard, in a conversation in which the visitor wrote what it answers."""
    conversation, _ = scene(sentence.language, sentence.visitor)
    reply = GuardedReply(AllowedClaims.of(conversation, playbook))
    reply.add(sentence.sentence)
    reply.finish()
    return Guarded(sentence, reply.text, tuple(str(one.reason) for one in reply.violations))


def guard_all(sentences: Iterable[ModelSentence], playbook: Playbook) -> list[Guarded]:
    """Every sentence, one after the other."""
    return [guard(sentence, playbook) for sentence in sentences]


def show_guarded(guarded: Sequence[Guarded], console: Console, *, in_words: bool = False) -> None:
    """Print how many wrong sentences were shown and how many right ones touched, by language and by kind."""
    for what in ("language", "kind"):
        table = Table(title=f"by {what}", box=None, header_style="bold")
        for heading in (what, "wrong", "shown", "right", "touched"):
            table.add_column(heading)
        for name in dict.fromkeys(getattr(one.of, what) for one in guarded):
            table.add_row(name, *_counts(one for one in guarded if getattr(one.of, what) == name))
        table.add_row("all", *_counts(guarded))
        console.print(table)
    for one in guarded:
        if in_words and not one.is_well:
            verdict = "shown" if one.of.is_wrong else f"touched ({', '.join(one.reasons)})"
            console.print(f"{one.of.language} {one.of.kind} {verdict}: {one.of.sentence}", highlight=False)


def guarded_as_json(guarded: Sequence[Guarded]) -> list[dict[str, Any]]:
    """Every sentence that fared ill, as plain values."""
    return [
        {
            "language": one.of.language,
            "kind": one.of.kind,
            "sentence": one.of.sentence,
            "is_wrong": one.of.is_wrong,
            "shown": one.shown,
            "reasons": list(one.reasons),
        }
        for one in guarded
        if not one.is_well
    ]


def _counts(guarded: Iterable[Guarded]) -> tuple[str, str, str, str]:
    counted = list(guarded)
    wrong = [one for one in counted if one.of.is_wrong]
    right = [one for one in counted if not one.of.is_wrong]
    bad = (sum(not one.is_well for one in some) for some in (wrong, right))
    shown, touched = bad
    return str(len(wrong)), str(shown or ""), str(len(right)), str(touched or "")
