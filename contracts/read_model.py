"""What leadstore sends to the gateway over HTTP about leads, beside transcripts and proposals."""

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from contracts.values import Author, Lead, Proposal, TierRecommendation, Value


class ListedLead(Lead):
    """A lead in a list, with what a language model took for it.

    `person_wanted_at` is when the visitor asked for a person; `last_message_at` when anything was last said.
    """

    last_message_at: AwareDatetime | None = None
    person_wanted_at: AwareDatetime | None = None
    model_cost_usd: float
    input_tokens: int
    output_tokens: int


class LeadPage(Value):
    """Leads, and the cursor that asks for the next ones; None at the end."""

    items: tuple[ListedLead, ...]
    next_cursor: str | None


class AskedQuestion(Value):
    """A question that no fact answered, over all conversations; upper and lower case make no difference.

    `newest_conversation_id` is the conversation it was asked in last.
    """

    question: str
    times_asked: int
    last_asked_at: AwareDatetime
    newest_conversation_id: UUID | None = None


class AskedQuestions(Value):
    """Questions that no fact answered, those asked most often first."""

    items: tuple[AskedQuestion, ...]


class Step(StrEnum):
    """A step of the funnel. A conversation takes each at most once, on the day it first did."""

    STARTED = "started"
    IDENTIFY = "identify"
    SCOPE = "scope"
    PROPOSE = "propose"
    RECOMMEND = "recommend"
    BOOK = "book"
    LINK_SENT = "link_sent"
    BOOKED = "booked"


class FunnelDay(Value):
    """Conversations that reached each step on one day, in UTC, and what a language model cost on it.

    `model_cost_per_conversation_usd` is that cost shared by those that started; None without either.
    """

    day: date
    started: int = 0
    identify: int = 0
    scope: int = 0
    propose: int = 0
    recommend: int = 0
    book: int = 0
    link_sent: int = 0
    booked: int = 0
    model_cost_usd: float = 0.0
    model_cost_per_conversation_usd: float | None = None


class Funnel(Value):
    """The funnel, one row a day."""

    items: tuple[FunnelDay, ...]


class RefusalReason(Value):
    """Why sentences of a language model were not said, over all conversations."""

    reason: str
    sentences: int
    conversations: int
    last_refused_at: AwareDatetime
    newest_conversation_id: UUID


class RefusalReasons(Value):
    """Reasons of refused sentences, the most frequent first."""

    items: tuple[RefusalReason, ...]


class RecordedDraft(Value):
    """One revision of a proposal, with who worded it; of old ones that is not known."""

    revision: int
    proposal: Proposal
    tier: TierRecommendation
    author: Author | None
    drafted_at: AwareDatetime


class RecordedUse(Value):
    """What a language model took for one reply or draft."""

    used_at: AwareDatetime
    purpose: Literal["reply", "proposal"]
    model: str | None
    input_tokens: int
    output_tokens: int
    cost_usd: float


class RecordedRefusal(Value):
    """A sentence of a language model that was not said with this reply, by its reason."""

    reply_id: UUID
    reason: str
    refused_at: AwareDatetime


class RecordedDemo(Value):
    """An appointment; `end` is None while it stands."""

    starts_at: AwareDatetime | None
    end: str | None


class RecordedQuestion(Value):
    """A question that no fact answered."""

    question: str
    asked_at: AwareDatetime


class LeadRecord(Value):
    """What is known of a conversation beside its transcript: how the lead came to be, and what it cost."""

    conversation_id: UUID
    person_wanted_at: AwareDatetime | None
    chosen_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    link_sent_at: AwareDatetime | None
    drafts: tuple[RecordedDraft, ...]
    uses: tuple[RecordedUse, ...]
    refusals: tuple[RecordedRefusal, ...]
    demos: tuple[RecordedDemo, ...]
    questions: tuple[RecordedQuestion, ...]
