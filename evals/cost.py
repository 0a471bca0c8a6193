"""What a talk of twelve turns costs: every request of a recorded talk as it is rendered, and every answer.

A turn whose reply was not recorded says, and has judged, what a middling one of the talk says.
"""

import asyncio
import contextlib
import json
from bisect import bisect_left
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import mean
from typing import Any, NoReturn, cast

from chassis.language_model import (
    FailureReason,
    LanguageModel,
    ModelUnavailable,
    StructuredRequest,
    Usage,
    instructions_and_data,
)
from chassis.language_model.prices import Price
from chassis.language_model.schema import strict_schema
from contracts.events import ProposalRequested
from contracts.values import TranscriptLine
from evals.recorded import PlayedTurn, RecordedConversation, RecordedSentence, play
from playbook import Playbook
from playbook.guard import GuardedReply, UnsureSentence
from playbook.reading.talk import Message
from playbook.said_back import known_values
from services.dialogue.adapters.model_judge import ModelJudge
from services.dialogue.adapters.model_speaker import ModelSpeaker
from services.dialogue.domain.claims import allowed_claims
from services.dialogue.domain.conversation import Conversation, with_messages
from services.dialogue.errors import SpeakerUnavailable
from services.dialogue.ports import JudgeRequest
from services.proposal.domain.brief import Brief
from services.proposal.domain.edit import DraftEdit, instructions_for, last_draft

TURNS = 12
# The proposal, and one change of it; a further one is a turn and a draft more.
DRAFTS = 2
# As the tokenizer of gpt-4o (o200k_base) counts these prompts, schemas and answers.
LETTERS_PER_TOKEN = 4.1
# A server caches a beginning that it has read before, if it is that long, in steps.
_LEAST_CACHED, _CACHED_STEP = 1024, 128
_TRANSCRIPT_LINES = 12
_EACH_VERDICT = {"n": 1, "claim": "the agent drafts replies", "facts": ["can_do"], "verdict": "not_carried"}
_EACH_VERDICT |= {"needs_before": False}


class Caching(StrEnum):
    """How much of what is sent a server has read before."""

    NONE = "none"
    COLD = "of this talk"
    WARM = "of all talks"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a model: who asks, what is sent, and what comes back.

    `constant` is the schema and the rules, which begin every such call in the language.
    """

    kind: str
    constant: str
    data: str
    answer: str

    @property
    def sent(self) -> str:
        """All that is sent, in the order in which a server reads it."""
        return self.constant + self.data


@dataclass
class _Recorder:
    """Stands for the language model: keeps what is asked and gives no answer."""

    asked: list[StructuredRequest[Any]] = field(default_factory=list)

    async def ask(self, request: StructuredRequest[Any], *_: object, **__: object) -> NoReturn:
        self.asked.append(request)
        raise ModelUnavailable(FailureReason.CONNECTION, "nothing is asked")


def calls_of(recorded: RecordedConversation, playbook: Playbook) -> list[list[Call]]:
    """The calls of each turn of a recorded talk."""
    played = list(play(recorded, playbook))
    replies = sorted((turn.of.reply for turn in played if turn.of.reply), key=_letters_of)
    usual = replies[len(replies) // 2]
    before = [_opened(played[0]), *(turn.after for turn in played)]
    return [
        list(_calls_of_turn(turn, earlier, turn.of.reply or usual, playbook))
        for turn, earlier in zip(played, before, strict=False)
    ]


def cost_of(turns: Sequence[Sequence[Call]], prices: Mapping[str, Price], caching: Caching) -> float:
    """The dollars of twelve turns of the mean cost, and of a proposal that is changed once."""
    spent: dict[str, list[float]] = {}
    for call, usage in _used([call for turn in turns for call in turn], caching):
        spent.setdefault(call.kind, []).append(prices[call.kind].amount(usage).usd)
    drafts = spent.pop("draft")
    return TURNS / len(turns) * sum(map(sum, spent.values())) + DRAFTS * mean(drafts)


def prices_of(playbook: Playbook, *, speaking: str, judging: str) -> dict[str, Price]:
    """The price of each kind of call."""
    speaker, judge = (Price.of(playbook.models[model]) for model in (speaking, judging))
    return {"turn": speaker, "draft": speaker, "judge": judge}


def _used(calls: Sequence[Call], caching: Caching) -> Iterator[tuple[Call, Usage]]:
    """The tokens of each call; other talks may have left in the cache what begins all calls of a kind."""
    read: dict[str, list[str]] = {}
    for call in calls:
        known = [call.constant] if caching is Caching.WARM else []
        cached = max((_alike(one, call.sent) for one in (*read.get(call.kind, ()), *known)), default=0)
        tokens = int(cached / LETTERS_PER_TOKEN) // _CACHED_STEP * _CACHED_STEP
        is_cached = caching is not Caching.NONE and tokens >= _LEAST_CACHED
        read.setdefault(call.kind, []).append(call.sent)
        sent, answer = (round(len(text) / LETTERS_PER_TOKEN) for text in (call.sent, call.answer))
        yield call, Usage(sent, answer, tokens if is_cached else 0)


def _alike(one: str, other: str) -> int:
    """How many letters two texts begin with alike."""
    lengths = range(1, min(len(one), len(other)) + 1)
    return bisect_left(lengths, 1, key=lambda length: one[:length] != other[:length])


def _letters_of(reply: tuple[RecordedSentence, ...]) -> int:
    return sum(len(one.says) for one in reply)


def _opened(first: PlayedTurn) -> Conversation:
    return Conversation.open(first.after.conversation_id, "api")


def _calls_of_turn(
    turn: PlayedTurn, before: Conversation, reply: tuple[RecordedSentence, ...], playbook: Playbook
) -> Iterator[Call]:
    recorder = _Recorder()
    model = cast("LanguageModel", recorder)
    asked = with_messages(before, (Message(turn_id=turn.decided.messages[-1].turn_id, text=turn.of.visitor),))
    said = " ".join(one.says for one in reply)
    understood = turn.of.understanding.model_dump(mode="json", exclude_defaults=True)
    yield _call("turn", recorder, ModelSpeaker(model, playbook).converse(asked, _never, _nothing),
                {"understanding": understood, "action": turn.decided.action.key, "reply": said})  # fmt: skip
    for sentences in _judged_together(turn, said, playbook):
        request = JudgeRequest(
            conversation_id=asked.conversation_id,
            sentences=sentences,
            told={name: getattr(asked.profile, name).value for name in sorted(asked.profile.known())},
            newest=(turn.of.visitor,),
            language=asked.profile.language.value if asked.profile.language else "",
        )
        answer = {"verdicts": [_EACH_VERDICT] * len(sentences), "end": ""}
        yield _call("judge", recorder, ModelJudge(model, playbook).judge(request), answer)
    if turn.decided.awaited == "proposal":
        yield _draft(turn, playbook)


def _call(kind: str, recorder: _Recorder, asking: Coroutine[Any, Any, object], answer: object) -> Call:
    with contextlib.suppress(SpeakerUnavailable):
        asyncio.run(asking)
    request = recorder.asked.pop()
    return _rendered(kind, request, json.dumps(answer, ensure_ascii=False, separators=(",", ":")))


def _rendered(kind: str, request: StructuredRequest[Any], answer: str) -> Call:
    schema = json.dumps(strict_schema(request.schema), separators=(",", ":"))
    rules, *data = (message.content for message in request.messages)
    return Call(kind, f"{schema}\n{rules}\n", "\n".join(data), answer)


def _judged_together(turn: PlayedTurn, said: str, playbook: Playbook) -> Iterator[tuple[UnsureSentence, ...]]:
    """The first alone, the second alone, and those that became whole meanwhile."""
    guarded = GuardedReply(allowed_claims(turn.decided.conversation, playbook))
    guarded.add(said)
    guarded.finish()
    unsure = guarded.ask()
    yield from filter(None, (unsure[:1], unsure[1:2], unsure[2:]))


def _draft(turn: PlayedTurn, playbook: Playbook) -> Call:
    """The words of a proposal, as the proposal service asks for them; the answer is the draft."""
    conversation = turn.decided.conversation
    lines = conversation.history[-_TRANSCRIPT_LINES:]
    request = ProposalRequested(
        conversation_id=conversation.conversation_id,
        turn_id=turn.decided.messages[-1].turn_id,
        revision=conversation.revision + 1,
        profile=conversation.profile,
        change_wish=conversation.change_wish,
        last_proposal=conversation.proposal,
        chosen_tier=conversation.chosen_tier,
        transcript=tuple(TranscriptLine(role=line.role, text=line.text) for line in lines),
    )
    brief = Brief.of(request, playbook)
    draft, profile = last_draft(brief).model_dump(), conversation.profile
    data = {
        "language": brief.language,
        "draft": draft,
        "known": known_values(profile),
        "transcript": [line.model_dump() for line in request.transcript],
        "change_wish": request.change_wish,
    }
    asked = StructuredRequest(
        instructions_and_data(instructions_for(brief.playbook), data), DraftEdit, "agent_name"
    )
    return _rendered("draft", asked, json.dumps(draft, ensure_ascii=False))


async def _never(*_: object) -> bool:
    return False


async def _nothing(_: str) -> None:
    return None
