"""Listens to a model's reply while it is made, and holds what the visitor may read of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from playbook import Playbook
from playbook.claims import cleaned, folded, letters
from services.dialogue.domain.goals import Plan
from services.dialogue.domain.guard.amounts import tiers_named
from services.dialogue.domain.guard.ground import ground_of
from services.dialogue.domain.guard.judging import Before, Fault, fault_across, judge
from services.dialogue.domain.guard.lines import line_for
from services.dialogue.domain.guard.questions import Asking, is_question
from services.dialogue.domain.guard.sentences import LONGEST_SENTENCE, Sentence, Splitter

MOST_SENTENCES = 60
_SHORT = 20
_STOPS = ".!?\u2026 *\"'"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One sentence that was not said: why, and how long it was."""

    reason: str
    words: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the reply as it is shown; only what the model said is `model`. `bare` are its letters."""

    lead: str
    text: str
    bare: str
    tier: str | None = None
    model: bool = True


@dataclass(slots=True)
class _Held:
    """A question that nobody recognises, and what came after it: said if no better question follows."""

    pieces: list[Sentence] = field(default_factory=list)


class Review:
    """The reply to one turn, sentence by sentence; `text` is what may be shown by now."""

    def __init__(self, plan: Plan, playbook: Playbook, opening: str = "") -> None:
        self._playbook = playbook
        self._ground = ground_of(plan, playbook)
        self._asking = Asking(plan, playbook)
        self._splitter = Splitter()
        self._pieces = [_Piece("", opening, letters(opening), model=False)] if opening else []
        self._held: _Held | None = None
        self.refusals: list[Refusal] = []

    @property
    def text(self) -> str:
        """All that may be shown by now; it only grows, unless a border turned out to be wrong."""
        shown = ""
        for piece in self._pieces:
            shown += (piece.lead or " " if shown else "") + piece.text
        return shown

    @property
    def own_words(self) -> str:
        """What the model said of it, without the lines that stand in."""
        return " ".join(piece.text for piece in self._pieces if piece.model)

    @property
    def has_asked(self) -> bool:
        """Whether the visitor is asked something."""
        return any(is_question(piece.text) for piece in self._pieces)

    @property
    def _has_leaked(self) -> bool:
        return any(refusal.reason == "leak" for refusal in self.refusals)

    @property
    def is_worth_saying(self) -> bool:
        """Whether anything of the model's own words is left."""
        return any(piece.model and piece.bare for piece in self._pieces)

    def hear(self, text: str) -> None:
        """Take the next piece of the model's text, however it is cut."""
        self._judge_all(self._splitter.feed(text))

    def close(self) -> None:
        """Nothing follows: judge what is left, and say what was held back."""
        self._judge_all(self._splitter.rest())
        if self._held is not None and not self._has_leaked:
            first, *rest = self._held.pieces
            self._held = None
            self._say(first)
            self._judge_all(rest)

    def _judge_all(self, sentences: Iterable[Sentence]) -> None:
        for sentence in sentences:
            # A model that recites its instructions, or finds no end, is not listened to any further.
            if self._has_leaked or len(self._pieces) + len(self.refusals) >= MOST_SENTENCES:
                return
            self._judge(Sentence(sentence.lead, cleaned(sentence.text).strip()))

    def _judge(self, sentence: Sentence) -> None:
        if fault := next(self._faults(sentence.text), None):
            self._refuse(sentence, fault)
        elif self._held is not None and not is_question(sentence.text):
            self._held.pieces.append(sentence)
        elif is_question(sentence.text):
            self._ask(sentence)
        else:
            self._say(sentence)

    def _faults(self, text: str) -> Iterator[Fault]:
        """What is wrong with a sentence, the weightiest first."""
        yield from sorted(judge(text, self._ground, self._before()), key=lambda fault: fault.reason != "leak")
        if len(text) > LONGEST_SENTENCE:
            yield Fault("too_long")
        if self._was_said(text):
            yield Fault("repeated")
        if not is_question(text):
            return
        if not self._asking.is_wanted:
            yield Fault("question")
        elif self.has_asked:
            yield Fault("second_question")
        elif self._asking.is_known(text):
            yield Fault("known_question")

    def _was_said(self, text: str) -> bool:
        """Whether this reply said the same already; the words of a short sentence may come again."""
        bare = letters(text)
        if not bare:
            return False
        said = [piece.bare for piece in self._pieces]
        return bare in said or (len(bare) > _SHORT and any(bare in earlier for earlier in said))

    def _ask(self, sentence: Sentence) -> None:
        if not self._asking.is_recognised(sentence.text):
            if self._held is None:
                self._held = _Held([sentence])
            else:
                self._note(sentence.text, Fault("second_question"))
            return
        if self._held is not None:
            unclear, *rest = self._held.pieces
            self._held = None
            self._note(unclear.text, Fault("second_question"))
            self._judge_all(rest)
        self._say(sentence)

    def _say(self, sentence: Sentence) -> None:
        last = self._pieces[-1] if self._pieces else None
        if last is not None and last.model and (fault := self._fault_across_border(last.text, sentence.text)):
            self._note(last.text, fault)
            self._pieces.pop()
            self._refuse(Sentence(last.lead, sentence.text), fault)
            return
        named = tiers_named(folded(sentence.text), self._ground)
        tier = named[-1][1] if named else None
        self._pieces.append(_Piece(sentence.lead, sentence.text, letters(sentence.text), tier))

    def _fault_across_border(self, before: str, text: str) -> Fault | None:
        joined = f"{before.rstrip(_STOPS)} {text.lstrip(_STOPS)}"
        return fault_across(joined, self._ground, self._before(but_last=True))

    def _refuse(self, sentence: Sentence, fault: Fault) -> None:
        self._note(sentence.text, fault)
        line = line_for(fault.reason, self._playbook)
        if line and all(piece.text != line for piece in self._pieces):
            self._pieces.append(_Piece(sentence.lead, line, letters(line), model=False))

    def _note(self, text: str, fault: Fault) -> None:
        self.refusals.append(Refusal(fault.reason, len(text.split())))

    def _before(self, *, but_last: bool = False) -> Before:
        said = [piece for piece in self._pieces[: -1 if but_last else None] if piece.model]
        named = [piece.tier for piece in said if piece.tier]
        return Before("".join(piece.bare for piece in said), named[-1] if named else None)
