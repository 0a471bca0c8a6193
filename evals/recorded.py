"""Conversations recorded with a capable model, led through the domain of today in this process."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml

from contracts.text import CleanText
from contracts.values import Value
from evals.in_process import ByTemplate
from evals.talk import Talk
from playbook import Playbook
from playbook.guard import AllowedClaims, Finding, GuardedReply, Verdict
from playbook.reading.meaning import SlotName, Understanding
from services.dialogue.domain.claims import allowed_claims
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.turn import DecidedTurn

RECORDED = Path(__file__).with_name("recorded")


class RecordedSentence(Value):
    """A sentence that the model said.

    `verdict`, with `facts` and `needs_before`, is what a judge that was given the instructions of the prompt
    said of it, where code is unsure. `outdated` is why the facts of today contradict it.
    """

    says: CleanText
    verdict: Finding | None = None
    facts: tuple[CleanText, ...] = ()
    needs_before: bool = False
    outdated: CleanText | None = None

    @property
    def judged(self) -> Verdict | None:
        """The recorded verdict; None where there is none."""
        return Verdict(self.verdict, self.facts, self.needs_before) if self.verdict else None


class RecordedTurn(Value):
    """What the visitor wrote, how a model understood it, and what it answered, where it was asked."""

    visitor: str
    understanding: Understanding
    reply: tuple[RecordedSentence, ...] = ()


class RecordedConversation(Value):
    """The turns, and what has to be known of the visitor after them; a bar stands between two wordings."""

    truth: Mapping[SlotName, int | str | tuple[str, ...]]
    tier: str
    wants_demo: bool
    turns: tuple[RecordedTurn, ...]


@dataclass(frozen=True, slots=True)
class PlayedTurn:
    """A turn as it was decided, the conversation after it, and the sentences that the guard let through."""

    of: RecordedTurn
    decided: DecidedTurn
    after: Conversation
    shown: tuple[RecordedSentence, ...]


def load_recorded(folder: Path = RECORDED) -> dict[str, RecordedConversation]:
    """Every recorded conversation by its name."""
    files = sorted(folder.glob("*.yaml"))
    loaded: dict[str, Any] = {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in files}
    return {name: RecordedConversation.model_validate(one) for name, one in loaded.items()}


def play(recorded: RecordedConversation, playbook: Playbook) -> Iterator[PlayedTurn]:
    """Each turn in its order; what the model did not say, the template and the playbook do."""
    opened = Conversation.open(uuid5(NAMESPACE_URL, recorded.turns[0].visitor), "api")
    talk = Talk(opened, playbook, ByTemplate(playbook))
    for number, turn in enumerate(recorded.turns):
        turn_id = uuid5(opened.conversation_id, f"turn {number}")
        decided = talk.answer(turn.visitor, turn_id, turn.understanding).decided
        shown = _shown(turn.reply, allowed_claims(decided.conversation, playbook))
        yield PlayedTurn(turn, decided, talk.conversation, shown)


def _shown(reply: Sequence[RecordedSentence], allowed: AllowedClaims) -> tuple[RecordedSentence, ...]:
    guarded = GuardedReply(allowed)
    guarded.add(" ".join(one.says for one in reply))
    guarded.finish()
    judged = {one.says: one.judged for one in reply}
    guarded.settle([judged.get(unsure.text) for unsure in guarded.ask()])
    return tuple(one for one in reply if one.says in guarded.text)
