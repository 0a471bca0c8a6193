"""The reply of a model while it is written: whole sentences that may be shown, and what was not."""

from playbook.claims import cleaned, folded, letters
from services.dialogue.domain.guard.allowed import AllowedClaims
from services.dialogue.domain.guard.check import check_sentence, is_question, named_in
from services.dialogue.domain.guard.sentences import LONGEST_SENTENCE, Sentence, Splitter
from services.dialogue.domain.guard.violation import Reason, Violation

MOST_WORDS = 130
MOST_SENTENCES = 60
# A sentence this short may be half of a claim.
_SHORT = 4
_FRAGMENT = 2
_LETTERS_BACK = 600
_SAID_AGAIN = 20
_HALVES = frozenset({Reason.UNKNOWN_FACT, Reason.ASKS_FOR_A_SECRET, Reason.LINK})
_STOPS = ".!?\u2026\u3002 *\"'"


class GuardedReply:
    """Takes the pieces of a reply; `text` is what may be shown so far, `violations` what may not and why.

    `opening` was said by code before it.
    """

    def __init__(self, allowed: AllowedClaims, opening: str = "") -> None:
        self._allowed = allowed
        self._splitter = Splitter()
        self._shown = [Sentence("", opening)] if opening else []
        self._last = ""
        # What "it" stands for: a sentence that named one of our tiers was spoken, shown or not.
        self._before = ""
        self._words = 0
        self.violations: list[Violation] = []

    @property
    def text(self) -> str:
        """All that may be shown by now; it only grows, unless two sentences turn out to be one claim."""
        shown = ""
        for sentence in self._shown:
            shown += (sentence.lead or " " if shown else "") + sentence.text
        return shown

    def add(self, piece: str) -> None:
        """Take the next piece of text, however it is cut."""
        for sentence in self._splitter.feed(piece):
            self._take(sentence)

    def finish(self) -> None:
        """Nothing follows: judge what is left."""
        for sentence in self._splitter.rest():
            self._take(sentence)

    def _take(self, sentence: Sentence) -> None:
        has_leaked = any(violation.reason is Reason.INSTRUCTIONS for violation in self.violations)
        # A model that recites its instructions, or finds no end, is not listened to any further.
        if has_leaked or len(self._shown) + len(self.violations) >= MOST_SENTENCES:
            return
        text = cleaned(sentence.text).strip()
        violation = self._violation(text)
        before, self._last = self._last, text
        spoken = self._before.removesuffix(before)[-_LETTERS_BACK:]
        if violation is None or any(name in folded(text) for name, _, _ in self._allowed.names):
            self._before = f"{self._before} {text}"
        if violation is not None:
            self.violations.append(violation)
        elif (joint := self._across(before, text, spoken)) is not None:
            self._withdraw(before)
            self.violations.append(joint)
        else:
            self._words += len(text.split())
            self._shown.append(Sentence(sentence.lead, text))

    def _violation(self, text: str) -> Violation | None:
        if (found := check_sentence(text, self._allowed, self._before[-_LETTERS_BACK:])) is not None:
            return found
        if len(text) > LONGEST_SENTENCE or self._words + len(text.split()) > MOST_WORDS:
            return Violation(Reason.TOO_LONG, text)
        if is_question(text) and any(is_question(sentence.text) for sentence in self._shown):
            return Violation(Reason.SECOND_QUESTION, text)
        bare = letters(text)
        said = [letters(sentence.text) for sentence in self._shown]
        is_said = bare in said or (len(bare) > _SAID_AGAIN and any(bare in earlier for earlier in said))
        return Violation(Reason.REPEATED, text) if bare and is_said else None

    def _across(self, before: str, text: str, spoken: str) -> Violation | None:
        """What two sentences claim together, where one of them is too short to claim it alone."""
        if not before or min(len(before.split()), len(text.split())) > _SHORT or is_question(text):
            return None
        joined = f"{before.rstrip(_STOPS)} {text.lstrip(_STOPS)}"
        found = check_sentence(joined, self._allowed, spoken)
        if found is None or found.reason not in _HALVES:
            return None
        # Only what the border hid counts: what is said apart was judged apart.
        apart = named_in(before, self._allowed) | named_in(text, self._allowed)
        is_fragment = min(len(before.split()), len(text.split())) <= _FRAGMENT
        is_hidden = not named_in(joined, self._allowed) <= apart
        parts = f"{before.rstrip(_STOPS)}; {text.lstrip(_STOPS)}"
        is_said_apart = check_sentence(parts, self._allowed, spoken) is None
        return found if is_said_apart and (is_hidden or is_fragment) else None

    def _withdraw(self, text: str) -> None:
        if self._shown and self._shown[-1].text == text:
            self._shown.pop()
