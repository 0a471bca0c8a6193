"""A model's reply on its way to the visitor: a sentence is written once it is known to be true."""

import structlog

from chassis import metrics
from playbook import Playbook
from services.dialogue.domain import (
    ActionKind,
    AllowedClaims,
    Conversation,
    DecidedTurn,
    GuardedReply,
    Violation,
    opening_of,
    question_text,
    speak_without_model,
    spoken,
)
from services.dialogue.ports import Ports, ReplyWriter
from services.dialogue.usecases.translating import worded

logger = structlog.get_logger()

# In Latin, Greek, Arabic and East Asian letters.
_QUESTION = frozenset("?\u037e\u061f\uff1f")


class CheckedReply:
    """Between a model and the visitor. `text` is what the visitor reads; nothing of it is taken back."""

    def __init__(self, writer: ReplyWriter, conversation: Conversation, playbook: Playbook) -> None:
        self._writer = writer
        self._conversation = conversation
        self._playbook = playbook
        self._guard: GuardedReply | None = None
        self._asks = False
        self._streamed = ""
        self.opening = opening_of(conversation, spoken(conversation, playbook))
        self.text = ""
        self.violations: tuple[Violation, ...] = ()
        self.has_model_words = False

    async def show_opening(self) -> None:
        """Say who speaks, before a model is even asked."""
        await self._show(self.opening)

    @property
    def is_open(self) -> bool:
        """Whether a model may speak now."""
        return self._guard is not None

    @property
    def stands(self) -> bool:
        """Whether the model said something, nothing of it was refused, and the question is asked."""
        has_refused = self._guard is None or bool(self._guard.violations)
        return self.has_model_words and not has_refused and (self._has_question or not self._asks)

    @property
    def _has_question(self) -> bool:
        return not _QUESTION.isdisjoint(self.text)

    def open(self, decided: DecidedTurn) -> None:
        """Let a model speak for a decided turn, behind what the visitor has read."""
        self._asks = decided.action.kind is ActionKind.ASK
        self._streamed = ""
        self._guard = GuardedReply(AllowedClaims.of(decided.conversation, self._playbook), opening=self.text)

    async def add(self, text: str) -> None:
        """Take the next piece of the model's reply; nothing is shown behind a sentence that may not be."""
        assert self._guard is not None
        self._streamed += text
        if not self._guard.violations:
            self._guard.add(text)
            await self._advance()

    async def end(self, whole: str) -> None:
        """Take what is left of the reply once it is whole."""
        assert self._guard is not None
        if whole.startswith(self._streamed):
            await self.add(whole[len(self._streamed) :])
        if not self._guard.violations:
            self._guard.finish()
            await self._advance()
        self._note_violations()

    def break_off(self) -> None:
        """Forget the sentence that the model did not finish; what was shown stays."""
        if self._guard is not None:
            self._note_violations()

    async def complete_in_own_words(self, decided: DecidedTurn, ports: Ports) -> None:
        """Say in the playbook's words what the model did not: all of it, or the question alone."""
        if self.has_model_words and self._has_question:
            return
        if self.has_model_words:
            text = question_text(decided.conversation, decided.action, ports.playbook)
        else:
            text = speak_without_model(
                decided.conversation,
                decided.action,
                decided.understanding,
                ports.playbook,
                is_translated=ports.translator is not None,
            ).removeprefix(self.opening)
        if text:
            wording = await worded(decided.conversation, text.strip(), ports)
            await self._show(f"{self.text}\n\n{wording.text}" if self.text else wording.text)

    async def _advance(self) -> None:
        assert self._guard is not None
        if self._guard.text != self.text:
            self.has_model_words = True
        await self._show(self._guard.text)

    async def _show(self, text: str) -> None:
        # A sentence that turns out to be half of a wrong claim is shown already; its other half is not.
        if text.startswith(self.text) and (added := text.removeprefix(self.text)):
            await self._writer.append(added)
            self.text = text

    def _note_violations(self) -> None:
        """Count and log them; what anybody said stays out of the log."""
        assert self._guard is not None
        for violation in self._guard.violations:
            metrics.REFUSED_SENTENCES.labels(violation.reason.name.lower()).inc()
            logger.warning(
                "sentence_refused",
                reason=violation.reason.name.lower(),
                words=len(violation.sentence.split()),
                conversation_id=str(self._conversation.conversation_id),
                stage=self._conversation.stage.value,
            )
        self.violations = (*self.violations, *self._guard.violations)
