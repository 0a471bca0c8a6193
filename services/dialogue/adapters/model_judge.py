"""The judgement of sentences by a small language model that reads facts and the newest messages alone."""

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, Field

from chassis.language_model import LanguageModel, StructuredRequest, instructions_and_data
from contracts.text import CleanText
from playbook import Playbook, once_for_each
from playbook.claims import shortened
from playbook.guard import Finding, UnsureSentence, Verdict
from playbook.tier_rule import tier_rule_of
from services.dialogue.adapters.model_speaker import model_failures
from services.dialogue.ports import Judged, JudgeRequest

_TOKENS_A_SENTENCE: Final = 120
_MOST_SENTENCES: Final = 12
_LONGEST_MESSAGE: Final = 600


class SentenceVerdict(BaseModel):
    """What is demanded for one sentence. Saying the claim before the verdict makes a small model read it."""

    n: int
    claim: CleanText
    facts: list[str]
    verdict: Finding
    needs_before: bool


class JudgeAnswer(BaseModel):
    """What is demanded of the model; `end` is only there because every answer streams a text."""

    verdicts: list[SentenceVerdict]
    end: str = Field(description="empty")


class ModelJudge:
    """The Judge port on any OpenAI-compatible server."""

    streamed_field: Final = "end"

    def __init__(self, model: LanguageModel, playbook: Playbook) -> None:
        self._model = model
        self._playbook = playbook

    async def judge(self, request: JudgeRequest) -> Judged:
        """Judge in one call; more sentences than one call takes get no verdict."""
        asked = request.sentences[:_MOST_SENTENCES]
        question = StructuredRequest(
            instructions_and_data(
                instructions_of(self._playbook.spoken_in(request.language)), _data_of(request, asked)
            ),
            JudgeAnswer,
            streamed_field=self.streamed_field,
            max_output_tokens=_TOKENS_A_SENTENCE * len(asked) + 50,
            conversation_id=request.conversation_id,
        )
        with model_failures():
            answer = await self._model.ask(question)
        found = {one.n: one for one in answer.value.verdicts}
        return Judged(
            verdicts=tuple(_verdict(found.get(n)) for n in range(1, len(request.sentences) + 1)),
            model=answer.model,
            input_tokens=answer.usage.input_tokens,
            output_tokens=answer.usage.output_tokens,
            cost_usd=answer.cost_usd,
        )


def _verdict(found: SentenceVerdict | None) -> Verdict | None:
    if found is None:
        return None
    return Verdict(found.verdict, tuple(found.facts), needs_before=found.needs_before)


@once_for_each
def instructions_of(playbook: Playbook) -> str:
    """What the judge is told; the same for every sentence in a language, so that a server can cache it."""
    return playbook.prompt.judge.format(
        company=playbook.company.name,
        bot_name=playbook.company.bot_name,
        facts="\n".join(f"- {fact.id}: {fact.says}" for fact in playbook.facts.facts),
        tier_rule=tier_rule_of(playbook),
    )


def _data_of(request: JudgeRequest, sentences: tuple[UnsureSentence, ...]) -> Mapping[str, object]:
    return {
        "visitor": request.told,
        "newest": [shortened(text, _LONGEST_MESSAGE) for text in request.newest],
        "sentences": [
            {"n": n, "before": one.before, "says": one.text} for n, one in enumerate(sentences, start=1)
        ],
    }
