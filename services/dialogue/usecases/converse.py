"""Takes one turn: understand, decide, speak; with a language model where there is one that answers."""

from dataclasses import dataclass, replace
from typing import Self

import structlog

from chassis import metrics
from playbook.reading import understand
from playbook.reading.meaning import Understanding
from playbook.reading.talk import Message, QuickReply
from services.dialogue.domain.conversation import Conversation, Reply
from services.dialogue.domain.language import is_clearly_spoken, language_to_greet_in, with_language
from services.dialogue.domain.prompt import PhraseRequest
from services.dialogue.domain.quick_replies import quick_replies_for
from services.dialogue.domain.speech import speak_without_model
from services.dialogue.domain.turn import DecidedTurn, decide_turn
from services.dialogue.errors import SpeakerUnavailable
from services.dialogue.ports import Judged, Ports, ReplyWriter, Speaker
from services.dialogue.usecases.checked_reply import CheckedReply

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class TakenTurn:
    """A decided turn and its reply; of a turn that awaits a result, the reply is the lead-in."""

    decided: DecidedTurn
    reply: Reply
    quick_replies: tuple[QuickReply, ...]

    @classmethod
    def of(cls, decided: DecidedTurn, reply: Reply, ports: Ports) -> Self:
        """With the quick replies that are offered behind it."""
        offered = quick_replies_for(
            decided.conversation,
            decided.action,
            ports.playbook,
            decided.understanding,
            is_translated=ports.translations is not None,
        )
        return cls(decided, reply, offered)

    def with_reply(self, **changed: object) -> Self:
        """With these fields of the reply changed."""
        return replace(self, reply=self.reply.model_copy(update=changed))


async def take_turn(
    conversation: Conversation, messages: tuple[Message, ...], writer: ReplyWriter, ports: Ports
) -> TakenTurn:
    """Answer `messages`, the newest of `conversation`, into `writer`. Always says something."""
    if ports.speaker is None:
        return await _without_model(_read(conversation, messages, ports), writer, ports)
    reply = CheckedReply(writer, conversation, ports.playbook, ports.judge)
    greeted = conversation
    if not conversation.is_introduced:
        greeted = await _greet(conversation, messages, reply, ports)
    turn = _ModelTurn(conversation, messages, reply, ports=ports, speaker=ports.speaker)
    try:
        return await turn.take(greeted)
    except SpeakerUnavailable as error:
        metrics.GUIDED_REPLIES.labels(error.reason).inc()
        logger.warning("model_unavailable", reason=error.reason)
        decided = _read(conversation, messages, ports)
        taken = await _without_model(decided, writer, ports, shown=reply.opening)
        return taken.with_reply(degraded=True, cost_usd=taken.reply.cost_usd + error.cost_usd)


def _read(conversation: Conversation, messages: tuple[Message, ...], ports: Ports) -> DecidedTurn:
    """The turn as it is decided without a model."""
    understanding = understand(messages, conversation, ports.playbook)
    return decide_turn(conversation, messages, understanding, ports.playbook)


async def _greet(
    conversation: Conversation, messages: tuple[Message, ...], reply: CheckedReply, ports: Ports
) -> Conversation:
    """Begin the first reply before a model has answered, in the language that the messages are in."""
    tag = language_to_greet_in(conversation, messages, ports.playbook)
    greeted = with_language(conversation, tag, ports.playbook)
    own = (await ports.in_language_of(greeted)).playbook
    # Otherwise the model is the first to know the language.
    if is_clearly_spoken(greeted, messages, own):
        await reply.show_opening(greeted, own)
    return greeted


async def _without_model(
    decided: DecidedTurn, writer: ReplyWriter, ports: Ports, *, shown: str = ""
) -> TakenTurn:
    ports = await ports.in_language_of(decided.conversation)
    text = speak_without_model(
        decided.conversation,
        decided.action,
        decided.understanding,
        ports.playbook,
        is_translated=ports.translations is not None,
    )
    reply = Reply(text=text, author="script")
    if reply.text.startswith(shown):
        await writer.append(reply.text.removeprefix(shown))
    else:
        await writer.replace(reply.text)
    return TakenTurn.of(decided, reply, ports)


class _ModelTurn:
    """One turn with a model: one call in the usual case, a second one where its reply cannot stand."""

    def __init__(
        self,
        conversation: Conversation,
        messages: tuple[Message, ...],
        reply: CheckedReply,
        *,
        ports: Ports,
        speaker: Speaker,
    ) -> None:
        self._conversation = conversation
        self._messages = messages
        self._ports = ports
        self._speaker = speaker
        self._reply = reply
        self._decided: DecidedTurn | None = None
        self._calls: list[Reply] = []
        self._failure = ""

    async def take(self, read: Conversation) -> TakenTurn:
        """Take the turn of the conversation as the model is to read it.

        Raises:
            SpeakerUnavailable: the model gave no usable answer before anything was decided.
        """
        try:
            decided = await self._converse(read)
            if not (self._reply.stands or (self._reply.has_model_words and self._reply.lacks_step)):
                await self._phrase(decided)
        except SpeakerUnavailable as error:
            # Whoever just failed is not asked once more: what is decided stands, and what was shown, too.
            if self._decided is None:
                raise
            decided = self._decided
            await self._note_failure(error)
        if not self._reply.stands:
            reason = "refused" if self._reply.violations else "no_step"
            metrics.GUIDED_REPLIES.labels(self._failure or reason).inc()
            await self._reply.complete_in_own_words(decided, self._ports)
        await self._reply.show_lead_in()
        if self._reply.leaves_to_colleague:
            decided = decided.leaving_a_question()
        return TakenTurn.of(decided, self._whole(), await self._ports.in_language_of(decided.conversation))

    async def _note_failure(self, error: SpeakerUnavailable) -> None:
        logger.warning("model_unavailable", reason=error.reason)
        self._failure = error.reason
        self._calls.append(Reply(text="", author="model", cost_usd=error.cost_usd))
        await self._reply.break_off()

    async def _converse(self, read: Conversation) -> DecidedTurn:
        """The usual call: the model understands, chooses, and speaks if code decides the same."""
        answer = await self._speaker.converse(read, self._on_understood, self._reply.add)
        self._calls.append(answer.reply)
        assert self._decided is not None, "a speaker says what it understood before anything else"
        if self._reply.is_open:
            await self._reply.end(answer.reply.text)
        return self._decided

    async def _on_understood(self, understanding: Understanding, action: str) -> bool:
        decided = decide_turn(
            self._conversation, self._messages, understanding, self._ports.playbook, preferred=action
        )
        self._decided = decided
        if not (self._reply.opening or self._conversation.is_introduced):
            own = await self._ports.in_language_of(decided.conversation, waits_for_opening=True)
            await self._reply.show_opening(decided.conversation, own.playbook)
        if decided.action.key == action:
            self._reply.open(decided)
            return True
        metrics.OTHER_ACTIONS.labels(decided.action.kind).inc()
        return False

    async def _phrase(self, decided: DecidedTurn) -> None:
        """The second call: the action is given, and so is what could not be shown of the first reply."""
        request = PhraseRequest(
            conversation=decided.conversation,
            action=decided.action,
            questions=decided.understanding.questions,
            shown=self._reply.text,
            violations=self._reply.violations,
        )
        self._reply.open(decided)
        phrased = await self._speaker.phrase(request, self._reply.add)
        self._calls.append(phrased)
        await self._reply.end(phrased.text)

    def _whole(self) -> Reply:
        """The reply as it was shown, and what all calls for it took, the judge's too."""
        calls: tuple[Reply | Judged, ...] = (*self._calls, *self._reply.judged)
        return Reply(
            text=self._reply.text,
            author="model" if self._reply.has_model_words else "script",
            degraded=not self._reply.has_model_words,
            model=next((call.model for call in reversed(self._calls) if call.model), None),
            input_tokens=sum(call.input_tokens for call in calls),
            output_tokens=sum(call.output_tokens for call in calls),
            refused=tuple(violation.reason.name.lower() for violation in self._reply.violations),
            cost_usd=sum(call.cost_usd for call in calls),
        )
