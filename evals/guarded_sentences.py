"""Sentences a model may or must not say, put through the guard as if one had said them.

What code is unsure of is judged by verdicts that were recorded once, beside the sentences: those of a capable
model that read the judge's instructions and did not know which sentences are wrong.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from evals.files import texts_in
from evals.scene import scene
from playbook import Playbook
from playbook.guard import Finding, GuardedReply, UnsureSentence, Verdict
from playbook.guard.harmless import is_question
from playbook.section import Section
from services.dialogue.adapters.model_judge import instructions_of
from services.dialogue.domain.claims import allowed_claims

SENTENCES = Path(__file__).with_name("sentences")
VERDICTS = SENTENCES / "verdicts.yaml"
_CORPORA = ("right", "wrong", "reactions")
_CHUNK = 25
_ASKS = re.compile(r"[?\uff1f]")


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

    @property
    def told(self) -> Mapping[str, str]:
        """What a judge is given of the visitor: what they told, not what they asked."""
        return {} if not self.visitor or _ASKS.search(self.visitor) else {"told": self.visitor}

    def key_of(self, unsure: UnsureSentence) -> str:
        """The name of a question to the judge, which tells nothing of what is right."""
        asked = json.dumps([self.told, unsure.before, unsure.text], ensure_ascii=False)
        return sha256(asked.encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class Guarded:
    """What the visitor would read of a sentence, and why not all of it."""

    of: ModelSentence
    shown: str
    reasons: tuple[str, ...]
    asked: tuple[UnsureSentence, ...]

    @property
    def is_well(self) -> bool:
        """Whether a wrong sentence is kept back, or a right one shown word for word.

        Of "Every third one? Soon none." the question may be shown, without what is promised behind it.
        """
        if not self.of.is_wrong:
            return self.shown == self.of.sentence
        return not self.shown or (is_question(self.shown) and self.shown != self.of.sentence)


def load_sentences(folder: Path = SENTENCES) -> tuple[ModelSentence, ...]:
    """Every sentence of the folder."""
    files = (folder / f"{name}.yaml" for name in _CORPORA)
    return tuple(ModelSentence.model_validate(entry) for file in files for entry in texts_in(file))


def load_verdicts(path: Path = VERDICTS) -> Mapping[str, Verdict]:
    """The recorded verdicts, by the key of the question."""
    recorded = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        key: Verdict(Finding(one["verdict"]), tuple(one.get("facts", ())), bool(one.get("needs_before")))
        for key, one in recorded.items()
    }


def record_verdicts(answers: Mapping[str, Mapping[str, Any]], path: Path = VERDICTS) -> None:
    """Write a judge's answers down, each by the key of its question on one line."""
    kept = {
        key: {name: answer[name] for name in ("verdict", "facts", "needs_before") if answer.get(name)}
        for key, answer in sorted(answers.items())
    }
    lines = (f"{json.dumps(key)}: {json.dumps(verdict)}" for key, verdict in kept.items())
    head = "# What a judge answered to what `python -m evals sentences --requests FILE` writes out."
    path.write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")


def guard(
    sentence: ModelSentence, playbook: Playbook, verdicts: Mapping[str, Verdict] | None = None
) -> Guarded:
    """Put a sentence through the guard, in a conversation in which the visitor wrote what it answers."""
    conversation, _ = scene(sentence.language, sentence.visitor)
    reply = GuardedReply(allowed_claims(conversation, playbook))
    reply.add(sentence.sentence)
    reply.finish()
    asked = reply.ask()
    reply.settle([(verdicts or {}).get(sentence.key_of(one)) for one in asked])
    return Guarded(sentence, reply.text, tuple(str(one.reason) for one in reply.violations), asked)


def guard_all(
    sentences: Iterable[ModelSentence], playbook: Playbook, verdicts: Mapping[str, Verdict] | None = None
) -> list[Guarded]:
    """Every sentence, one after the other."""
    return [guard(sentence, playbook, verdicts) for sentence in sentences]


def judge_requests(sentences: Iterable[ModelSentence], playbook: Playbook) -> dict[str, Any]:
    """All that a judge has to be asked about these sentences, in an order that tells nothing."""
    asked = {
        one.of.key_of(unsure): {
            "visitor": one.of.told,
            "newest": [one.of.visitor] if one.of.visitor else [],
            "before": unsure.before,
            "says": unsure.text,
        }
        for one in guard_all(sentences, playbook)
        for unsure in one.asked
    }
    shuffled = [{"n": key, **asked[key]} for key in sorted(asked)]
    chunks = [shuffled[start : start + _CHUNK] for start in range(0, len(shuffled), _CHUNK)]
    return {"instructions": instructions_of(playbook), "chunks": chunks}


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
