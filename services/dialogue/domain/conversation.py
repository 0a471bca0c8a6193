"""The whole state of one conversation, as a value."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from contracts.text import CleanText
from contracts.values import Author, Channel, Profile, Proposal, Stage, TierRecommendation, Value
from playbook.claims import visible

MOST_UTTERANCES = 12
LONGEST_UTTERANCE = 2_000
MOST_WISHES = 5
LONGEST_WISH = 120
# What is asked besides slots: what the visitor thinks of the proposal and of the tier, what should be
# different, and what holds them back.
PROPOSAL, TIER, CHANGE, CONCERN = "proposal", "tier", "change", "concern"


class Utterance(Value):
    """One message of the conversation."""

    role: Literal["visitor", "bot"]
    text: CleanText


class Message(Value):
    """What the visitor said in one turn."""

    turn_id: UUID
    text: CleanText


class Said(Value):
    """A reply and who made it; `degraded` when the script had to stand in for a language model.

    `refused` names why sentences of a model were not said, one reason a sentence.
    `cost_usd` is what a model has cost for it, be it for words that were not said.
    """

    reply: CleanText
    author: Author
    degraded: bool = False
    model: CleanText | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    refused: tuple[str, ...] = ()
    cost_usd: float = 0.0


class Awaiting(Value):
    """A result that was asked for, and the turns whose reply waits for it.

    `cause_id` is the event that led to the request; `lead_in` is what the visitor has read meanwhile;
    `since` is when the first of the turns began to wait.
    """

    kind: Literal["proposal", "booking"]
    request_event_id: UUID
    cause_id: UUID
    turn_ids: tuple[UUID, ...]
    lead_in: Said
    since: datetime | None = None


class Conversation(Value):
    """One conversation between two turns.

    `asked` counts how often something was asked, by slot or by one of the names above; `open_question` is
    what the last reply asked. `is_stale` tells that the proposal does not reflect all that is known;
    `wish` is the change the awaited draft is to make, `wishes` those that drafts have made. `told` are the
    slots the visitor spoke of last.
    """

    conversation_id: UUID
    source: Channel
    stage: Stage = Stage.UNDERSTAND
    profile: Profile = Profile()
    asked: Mapping[str, int] = Field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    open_question: str | None = None
    told: tuple[str, ...] = ()
    history: tuple[Utterance, ...] = ()
    is_introduced: bool = False
    revision: int = 0
    proposal: Proposal | None = None
    tier: TierRecommendation | None = None
    is_stale: bool = False
    wish: str | None = None
    wishes: tuple[str, ...] = ()
    objections: tuple[str, ...] = ()
    booking_url: str | None = None
    awaiting: Awaiting | None = None
    closed: bool = False
    sequence: int = 0

    @classmethod
    def open(cls, conversation_id: UUID, source: Channel) -> Self:
        """A conversation in which nothing was said yet."""
        return cls(conversation_id=conversation_id, source=source)

    def times_asked(self, what: str) -> int:
        """How often this was asked."""
        return self.asked.get(what, 0)


def with_question(conversation: Conversation, what: str | None) -> Conversation:
    """The conversation after it was asked `what`; None when nothing was asked."""
    asked = dict(conversation.asked)
    if what is not None:
        asked[what] = asked.get(what, 0) + 1
    return conversation.model_copy(update={"asked": asked, "open_question": what})


def with_message(conversation: Conversation, message: str) -> Conversation:
    """The conversation after the visitor said something."""
    return _with_utterance(conversation, Utterance(role="visitor", text=shortened(visible(message))))


def with_reply(conversation: Conversation, text: str) -> Conversation:
    """The conversation after we said something."""
    said = _with_utterance(conversation, Utterance(role="bot", text=shortened(text)))
    return said.model_copy(update={"is_introduced": True})


def with_proposal(conversation: Conversation, proposal: Proposal, tier: TierRecommendation) -> Conversation:
    """The conversation after a draft came; saying it asks for a reaction until the link is out."""
    granted = () if conversation.wish is None else (shortened(conversation.wish, LONGEST_WISH),)
    drafted = conversation.model_copy(
        update={
            "proposal": proposal,
            "tier": tier,
            "revision": conversation.revision + 1,
            "wishes": (*conversation.wishes, *granted)[-MOST_WISHES:],
        }
    )
    asks = {Stage.RECOMMEND: TIER, Stage.BOOK: None}
    return with_question(drafted, asks.get(conversation.stage, PROPOSAL))


def with_booking_link(conversation: Conversation, url: str) -> Conversation:
    """The conversation after the booking link came."""
    return conversation.model_copy(update={"booking_url": url, "open_question": None})


def shortened(text: str, most_letters: int = LONGEST_UTTERANCE) -> str:
    """The beginning and the end of a text that is too long; people end with what they want."""
    if len(text) <= most_letters:
        return text
    tail = most_letters // 4
    return f"{text[: most_letters - tail - 1]}\u2026{text[len(text) - tail :]}"


def _with_utterance(conversation: Conversation, utterance: Utterance) -> Conversation:
    history = (*conversation.history, utterance)[-MOST_UTTERANCES:]
    return conversation.model_copy(update={"history": history})
