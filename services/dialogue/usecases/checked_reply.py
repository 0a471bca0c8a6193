"""What a visitor reads of a model's reply, whoever of model, guard, judge and playbook has to complete it."""

import asyncio
from collections.abc import Mapping

import structlog

from chassis import metrics
from playbook import Playbook
from playbook.guard import GuardedReply, UnsureSentence, Violation
from playbook.guard.violation import Reason
from playbook.said_back import known_values
from services.dialogue.domain.claims import allowed_claims
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.language import lacks_words_for, opening_of, spoken
from services.dialogue.domain.speech import next_step, speak_without_model
from services.dialogue.domain.stage_machine import ActionKind
from services.dialogue.domain.turn import DecidedTurn
from services.dialogue.errors import SpeakerUnavailable
from services.dialogue.ports import Judge, Judged, JudgeRequest, Ports, ReplyWriter

logger = structlog.get_logger()

# Who the visitor is tells a judge nothing of what we may say.
_PRIVATE = frozenset({"name", "contact_email", "contact_phone", "contact_time", "language"})
# So many calls of the judge are under way for a reply; what becomes whole meanwhile goes into the next one.
_JUDGED_AT_ONCE = 2
# A reply of no more words leads nowhere by itself.
_BARE = 6
# What is refused for these may have been an answer that can be worded otherwise.
_MAY_HAVE_ANSWERED = frozenset({Reason.UNKNOWN_FACT, Reason.FOREIGN_FIGURE, Reason.FOREIGN_PRICE})
# After these nobody waits for a question: code shows what follows, or the visitor goes.
_ENDS_WITHOUT_QUESTION = frozenset(ActionKind) - {ActionKind.ASK, ActionKind.ANSWER}


class CheckedReply:
    """Between a model and the visitor. `text` is what the visitor reads; nothing of it is taken back.

    A sentence that code is unsure of is judged the moment it is whole, while the model goes on and the one
    before it is being judged; those that wait for a free call are judged together. They are shown in order.
    `judged` is what the judge was asked and paid for.
    """

    def __init__(
        self, writer: ReplyWriter, conversation: Conversation, playbook: Playbook, judge: Judge | None = None
    ) -> None:
        self._writer = writer
        self._conversation = conversation
        self._playbook = playbook
        self._judge = judge
        self._guard: GuardedReply | None = None
        self._action = ActionKind.ASK
        self._owes_an_answer = False
        self._decided = conversation
        self._streamed = ""
        self._judging: list[asyncio.Task[None]] = []
        self._showing = asyncio.Lock()
        self.opening = ""
        self.text = ""
        self.violations: tuple[Violation, ...] = ()
        self.judged: list[Judged] = []
        self.has_model_words = False
        self.leaves_to_colleague = False

    async def show_opening(self, conversation: Conversation, playbook: Playbook) -> None:
        """Say who speaks in the language of the conversation; nothing once it was said."""
        self.opening = opening_of(conversation, spoken(conversation, playbook))
        if self.opening and lacks_words_for(conversation, playbook) is not None:
            # A greeting in another language is none; that an AI speaks is said in any.
            self.opening = playbook.company.disclosure
        await self._show(self.opening)

    @property
    def is_open(self) -> bool:
        """Whether a model may speak now."""
        return self._guard is not None

    @property
    def stands(self) -> bool:
        """Whether the model said something that leads on: a refused sentence costs itself, not the reply.

        Where the visitor asked something, it may have been the answer: that is made good where nothing but a
        question is left, or no question stands behind which it would come too late.
        """
        if not self.has_model_words or self._guard is None:
            return False
        refused = {violation.reason for violation in self._guard.violations}
        is_late = self._has_question or refused.isdisjoint(_MAY_HAVE_ANSWERED)
        if self._owes_an_answer and refused and (self._guard.only_asks or not is_late):
            return False
        if self._has_question or self._action in _ENDS_WITHOUT_QUESTION:
            return True
        is_led_on = self._decided.booking_url is not None and not self._owes_an_answer
        is_whole = is_led_on or not self._guard.violations
        return self._action is ActionKind.ANSWER and is_whole and not self.lacks_step

    @property
    def lacks_step(self) -> bool:
        """Whether it is a few words, such as thanks alone, to a visitor who has no way on yet."""
        decided, is_bare = self._decided, len(self.text.split()) <= _BARE
        leads_nowhere = self._action is ActionKind.ANSWER and is_bare and not self._has_question
        return leads_nowhere and decided.booking_url is None and not decided.refuses_questions

    @property
    def _has_question(self) -> bool:
        return self._guard is not None and self._guard.asks

    def open(self, decided: DecidedTurn) -> None:
        """Let a model speak for a decided turn, behind what the visitor has read."""
        self._action = decided.action.kind
        self._owes_an_answer = bool(decided.understanding.questions)
        self._decided = decided.conversation
        self._streamed = ""
        self._guard = GuardedReply(allowed_claims(decided.conversation, self._playbook), opening=self.text)

    async def add(self, text: str) -> None:
        """Take the next piece of the model's reply; it never waits for the judge."""
        assert self._guard is not None
        self._streamed += text
        self._guard.add(text)
        await self._advance(self._guard)

    async def end(self, whole: str) -> None:
        """Take what is left of the reply once it is whole, and wait until all of it is judged."""
        assert self._guard is not None
        if whole.startswith(self._streamed):
            self._guard.add(whole[len(self._streamed) :])
            self._streamed = whole
        self._guard.finish()
        await self._advance(self._guard)
        await self.break_off()

    async def break_off(self) -> None:
        """Forget the sentence that the model did not finish; its whole sentences stay."""
        await asyncio.gather(*self._judging)
        if self._guard is not None:
            self._note_violations()

    async def complete_in_own_words(self, decided: DecidedTurn, ports: Ports) -> None:
        """Say in the playbook's words what the model did not: all of it, or how it goes on alone."""
        if self.has_model_words and self._has_question:
            return
        ports = await ports.in_language_of(decided.conversation)
        if self.has_model_words:
            text = next_step(decided.conversation, decided.action, ports.playbook)
        else:
            text = speak_without_model(
                decided.conversation,
                decided.action,
                decided.understanding,
                ports.playbook,
                is_translated=ports.translations is not None,
            ).removeprefix(self.opening)
        if text:
            await self._show(f"{self.text}\n\n{text.strip()}" if self.text else text.strip())

    async def show_lead_in(self) -> None:
        """Show the sentence that leads over to a proposal: last, so that no second call writes behind it."""
        if self._guard is not None and self.stands:
            await self._show(self._guard.text)

    async def _advance(self, guard: GuardedReply) -> None:
        """Show what may be shown, and have judged what waits unless the judge has enough to do."""
        self.has_model_words |= guard.text != self.text
        await self._show(guard.text_before_lead_in)
        self._judging = [call for call in self._judging if not call.done()]
        if guard.unsure and len(self._judging) < _JUDGED_AT_ONCE:
            self._judging.append(asyncio.create_task(self._have_judged(guard, guard.ask())))

    async def _have_judged(self, guard: GuardedReply, asked: tuple[UnsureSentence, ...]) -> None:
        while asked:
            judged = await _judged(asked, self._decided, self._judge)
            self.judged.append(judged)
            guard.settle(judged.verdicts, asked)
            self.has_model_words |= guard.text != self.text
            await self._show(guard.text_before_lead_in)
            asked = guard.ask()

    async def _show(self, text: str) -> None:
        async with self._showing:
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
        self.leaves_to_colleague |= self._guard.leaves_to_colleague


async def what_may_be_said(text: str, conversation: Conversation, ports: Ports) -> str:
    """Of a text that a model wrote elsewhere, the sentences that a reply may say."""
    if not text:
        return ""
    guard = GuardedReply(allowed_claims(conversation, ports.playbook))
    guard.add(text)
    guard.finish()
    while asked := guard.ask():
        guard.settle((await _judged(asked, conversation, ports.judge)).verdicts)
    return guard.text


async def _judged(
    sentences: tuple[UnsureSentence, ...], conversation: Conversation, judge: Judge | None
) -> Judged:
    """The verdicts; none where the judge fails, so that nothing unsure is shown."""
    none = (None,) * len(sentences)
    if judge is None:
        return Judged(verdicts=none)
    language = conversation.profile.language
    request = JudgeRequest(
        conversation_id=conversation.conversation_id,
        sentences=sentences,
        told=_told_by(conversation),
        newest=tuple(message.text for message in conversation.unanswered),
        language=language.value if language is not None else "",
    )
    try:
        return await judge.judge(request)
    except SpeakerUnavailable as error:
        logger.warning("judge_unavailable", reason=error.reason)
        return Judged(verdicts=none, cost_usd=error.cost_usd)


def _told_by(conversation: Conversation) -> Mapping[str, object]:
    """What is known of the business; the tier is recommended anew where something changed since."""
    tier = None if conversation.is_stale else conversation.tier
    told = known_values(conversation.profile, without=_PRIVATE)
    told |= {"chosen_tier": conversation.chosen_tier} if conversation.chosen_tier else {}
    told |= {"said_by_a_colleague": people} if (people := conversation.said_by_people) else {}
    return told | ({"recommended_tier": tier.name} if tier is not None else {})
