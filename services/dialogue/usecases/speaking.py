"""One turn's words: the model's if there is one and it answers, the script's otherwise."""

import structlog

from chassis import metrics
from services.dialogue.domain import (
    Plan,
    Review,
    Said,
    apply_extraction,
    guarded_facts,
    opening_of,
    with_step,
)
from services.dialogue.errors import VoiceLost
from services.dialogue.ports import Ports, ReplyWriter, Spoken
from services.dialogue.usecases.translating import worded

logger = structlog.get_logger()


async def speak(plan: Plan, writer: ReplyWriter, ports: Ports) -> tuple[Plan, Said]:
    """Say the reply of `plan` into `writer`; always says something. Returns the plan as it stands then.

    A lead-in to a proposal or a link is the script's: what follows is made elsewhere, with a model where
    there is one, and a visitor should not wait for two of them in a row.
    """
    if ports.voice is None or plan.needs != "nothing":
        said = await worded(plan.conversation, plan.script, ports)
        await writer.append(said.reply)
        return plan, said
    mouth = GuardedMouth(plan, writer, ports)
    await mouth.open()
    try:
        spoken = await ports.voice.speak(plan, mouth.hear)
    except VoiceLost as lost:
        metrics.SCRIPTED_REPLIES.labels(lost.reason).inc()
        logger.warning("script_took_over", reason=lost.reason)
        await mouth.show(plan.script)
        said = Said(reply=plan.script, author="script", degraded=True, cost_usd=lost.cost_usd)
        return plan, said.model_copy(update={"refused": mouth.account_for_refusals()})
    return await mouth.finish(spoken)


class GuardedMouth:
    """Stands between a model and the visitor: each sentence is judged before it is written."""

    def __init__(self, plan: Plan, writer: ReplyWriter, ports: Ports) -> None:
        self._plan = plan
        self._writer = writer
        language = plan.conversation.profile.language
        self._playbook = ports.playbook
        self._spoken = ports.playbook.spoken_in(language.value if language else None)
        self._review = self._new_review()
        self._heard = ""
        self._shown = ""

    async def open(self) -> None:
        """Say who speaks, before a model is even asked."""
        await self.show(self._review.text)

    async def hear(self, text: str) -> None:
        """Take the next piece of the model's reply."""
        self._heard += text
        self._review.hear(text)
        await self.show(self._review.text)

    async def finish(self, spoken: Spoken) -> tuple[Plan, Said]:
        """Say the rest; the script stands in when nothing of the model's words could be said."""
        self._close(spoken.said.reply)
        refused = self.account_for_refusals()
        if not self._review.is_worth_saying:
            metrics.SCRIPTED_REPLIES.labels("refused").inc()
            await self.show(self._plan.script)
            update = {"reply": self._plan.script, "author": "script", "degraded": True, "refused": refused}
            return self._plan, spoken.said.model_copy(update=update)
        facts = guarded_facts(spoken.extraction, self._plan, self._playbook)
        heard = apply_extraction(self._plan, facts, self._playbook)
        plan, reply = with_step(self._review, self._plan, heard, self._spoken)
        await self.show(reply)
        return plan, spoken.said.model_copy(update={"reply": reply, "refused": refused})

    async def show(self, text: str) -> None:
        """Bring what the visitor reads to this text; what was shown is taken back only if it is wrong now."""
        if text.startswith(self._shown):
            if added := text[len(self._shown) :]:
                await self._writer.append(added)
        else:
            await self._writer.replace(text)
        self._shown = text

    def account_for_refusals(self) -> tuple[str, ...]:
        """Count every refused sentence and log it as a case to try; what anybody said stays out of it."""
        for refusal in self._review.refusals:
            metrics.REFUSED_SENTENCES.labels(refusal.reason).inc()
            logger.warning(
                "sentence_refused",
                reason=refusal.reason,
                words=refusal.words,
                conversation_id=str(self._plan.conversation.conversation_id),
                turn_id=str(self._plan.turn_id),
                stage=self._plan.conversation.stage.value,
                aim=self._plan.goal.aim.value,
                slot=self._plan.goal.slot,
            )
        return tuple(refusal.reason for refusal in self._review.refusals)

    def _close(self, reply: str) -> None:
        """What was streamed is not taken for the reply: where the two differ, the reply is judged anew."""
        if reply.startswith(self._heard):
            self._review.hear(reply[len(self._heard) :])
        elif reply.strip() != self._heard.strip():
            self._review = self._new_review()
            self._review.hear(reply)
        self._review.close()

    def _new_review(self) -> Review:
        return Review(self._plan, self._spoken, opening_of(self._plan, self._spoken))
