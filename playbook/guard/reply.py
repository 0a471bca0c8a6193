"""The reply of a model while it is written: what may be shown, what a judge is asked, what was refused."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from playbook.claims import cleaned, folded, letters, quantities
from playbook.guard.allowed import COLLEAGUE, AllowedClaims
from playbook.guard.hard import (
    agrees_to_what_the_visitor_named,
    hard_reason,
    states_what_the_visitor_named,
)
from playbook.guard.harmless import is_echo, is_harmless, is_line, is_question, is_short, is_thanks
from playbook.guard.sentences import LONGEST_SENTENCE, Sentence, Splitter
from playbook.guard.verdict import Finding, UnsureSentence, Verdict
from playbook.guard.violation import Reason, Violation

MOST_WORDS = 130
MOST_SENTENCES = 60
_SAID_AGAIN = 20
# In so few words nothing is asked; they say back what was heard. Some scripts put no blank between words.
_MOST_ECHOED = 2
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_QUESTIONS = re.compile("[^.!?\u2026\u3002\uff1f\u061f\n]*[?\uff1f\u061f]")
_LEADS_OVER = (":", "\uff1a")
_STOPS = ".!?\u2026\u3002 *\"'"


@dataclass
class _Taken:
    """A sentence in its place; it waits as long as it is undecided."""

    sentence: Sentence
    before: str
    reason: Reason | None = None
    is_decided: bool = True
    asked: UnsureSentence | None = None
    needs_before: bool = False
    leaves_to_colleague: bool = False

    @property
    def leads_on(self) -> bool:
        """Whether it stands or falls with the next one, as in "Half an hour? Thirty seconds."."""
        text = self.sentence.text
        counts = bool(quantities(folded(text)))
        is_echo = len(text.split()) <= _MOST_ECHOED and not _UNSPACED.search(text)
        return is_question(text) and (is_echo or (counts and is_short(text)))


class GuardedReply:
    """Takes the pieces of a reply; `text` may be shown, `unsure` is a judge's, `violations` are refused.

    `leaves_to_colleague` says that it promises to note a question for one. Sentences are shown in their
    order: what follows an unsure one waits for it. `opening` was said by code.
    """

    def __init__(self, allowed: AllowedClaims, opening: str = "") -> None:
        self._allowed = allowed
        self._splitter = Splitter()
        self._waiting: list[_Taken] = []
        self._taken = 0
        self._said = opening
        self._last: _Taken | None = None
        self._was_refused = False
        self._is_whole = False
        self._has_leaked = False
        self._opening = opening
        self._shown = [Sentence("", opening)] if opening else []
        self.text = opening
        self.leaves_to_colleague = False
        self.violations: list[Violation] = []

    @property
    def unsure(self) -> tuple[UnsureSentence, ...]:
        """What a judge has to be asked about, and has not been yet."""
        return tuple(
            UnsureSentence(one.sentence.text, one.before)
            for one in self._waiting
            if not (one.is_decided or one.asked)
        )

    @property
    def text_before_lead_in(self) -> str:
        """The text without a last sentence that leads over to what code shows: "Here is the proposal:"."""
        last = self._shown[-1].text if self._shown else ""
        return self.text.removesuffix(last).rstrip() if last.endswith(_LEADS_OVER) else self.text

    @property
    def only_asks(self) -> bool:
        """Whether nothing is shown but what code said before and questions."""
        return all(is_question(sentence.text) for sentence in self._shown[1 if self._opening else 0 :])

    @property
    def asks(self) -> bool:
        """Whether anything that is shown waits for an answer, more than a yes to what was told."""
        return any(map(self._asks, _QUESTIONS.findall(self.text)))

    def _asks(self, sentence: str) -> bool:
        return is_question(sentence) and not is_echo(sentence, self._allowed)

    def add(self, piece: str) -> None:
        """Take the next piece of text, however it is cut."""
        for sentence in self._splitter.feed(piece):
            self._take(sentence)

    def finish(self) -> None:
        """Nothing follows: take what is left."""
        for sentence in self._splitter.rest():
            self._take(sentence)
        self._is_whole = True
        self._release()

    def ask(self) -> tuple[UnsureSentence, ...]:
        """Hand out what is unsure; `settle` takes the answers in this order."""
        asked = self.unsure
        waiting = (one for one in self._waiting if not (one.is_decided or one.asked))
        for one, sentence in zip(waiting, asked, strict=True):
            one.asked = sentence
        return asked

    def settle(
        self, verdicts: Sequence[Verdict | None], asked: Sequence[UnsureSentence] | None = None
    ) -> None:
        """Take a judge's answers; None where there is none that can be used.

        They are about `asked`, which was handed out, or about all that was: what was asked last may be
        answered first.
        """
        waiting = [one for one in self._waiting if one.asked and not one.is_decided]
        answered = [one for one in waiting if asked is None or any(one.asked is each for each in asked)]
        for one, verdict in zip(answered, verdicts, strict=True):
            one.is_decided = True
            if verdict is None:
                one.reason = Reason.UNJUDGED
            elif not (verdict.is_believed(self._allowed.facts) and self._may_be(verdict, one.sentence)):
                one.reason = Reason.UNKNOWN_FACT
            else:
                one.needs_before = verdict.needs_before
                one.leaves_to_colleague = COLLEAGUE in verdict.facts
        self._release()

    def _may_be(self, verdict: Verdict, sentence: Sentence) -> bool:
        """Whether the figures of a sentence may stand in what the judge takes it for."""
        if verdict.finding is Finding.REFUSAL:
            return True
        if agrees_to_what_the_visitor_named(sentence.text, self._allowed):
            return False
        return verdict.finding is Finding.ABOUT_VISITOR or not states_what_the_visitor_named(
            sentence.text, self._allowed, claims_nothing=verdict.finding is Finding.NO_CLAIM
        )

    def _take(self, sentence: Sentence) -> None:
        # A model that recites its instructions, or finds no end, is not listened to any further.
        if self._has_leaked or self._taken >= MOST_SENTENCES:
            return
        text = cleaned(sentence.text).strip()
        before = self._last.sentence.text if self._last else ""
        reason = hard_reason(text, self._allowed, self._said, before)
        taken = _Taken(Sentence(sentence.lead, text), before, reason)
        taken.is_decided = reason is not None or self._is_sure(text, before)
        self._has_leaked = reason is Reason.INSTRUCTIONS
        self._taken += 1
        self._said = f"{self._said} {text}"
        self._last = taken
        self._waiting.append(taken)
        self._release()

    def _is_sure(self, text: str, before: str) -> bool:
        if not letters(text) or is_line(text, before, self._allowed) or is_thanks(text, self._allowed):
            return True
        if not is_harmless(text, self._allowed):
            return False
        if not before or not (is_short(text) or is_short(before)):
            return True
        return is_harmless(f"{before.rstrip(_STOPS)} {text.lstrip(_STOPS)}", self._allowed)

    def _release(self) -> None:
        """Show or refuse, in their order, the sentences that are decided."""
        while self._waiting and self._waiting[0].is_decided and not self._waits_for_next():
            taken = self._waiting.pop(0)
            following = self._waiting[0].reason if taken.leads_on and self._waiting else None
            reason = taken.reason or following or self._reason_here(taken)
            self._was_refused = reason is not None
            if reason is not None:
                self.violations.append(Violation(reason, taken.sentence.text))
            else:
                self._shown.append(taken.sentence)
                self.leaves_to_colleague |= taken.leaves_to_colleague
                self.text += (taken.sentence.lead or " " if self.text else "") + taken.sentence.text

    def _waits_for_next(self) -> bool:
        """Whether what the first one leads on to is not known to be shown or refused."""
        if not self._waiting[0].leads_on:
            return False
        return not (self._waiting[1].is_decided if len(self._waiting) > 1 else self._is_whole)

    def _reason_here(self, taken: _Taken) -> Reason | None:
        """Why it may not stand behind what is shown by now."""
        text = taken.sentence.text
        if taken.needs_before and self._was_refused:
            return Reason.UNKNOWN_FACT
        if len(text) > LONGEST_SENTENCE or len(f"{self.text} {text}".split()) > MOST_WORDS:
            return Reason.TOO_LONG
        if self._asks(text) and any(self._asks(shown.text) for shown in self._shown):
            return Reason.SECOND_QUESTION
        bare = letters(text)
        said = [letters(shown.text) for shown in self._shown]
        is_said = bare in said or (len(bare) > _SAID_AGAIN and any(bare in earlier for earlier in said))
        return Reason.REPEATED if bare and is_said else None
