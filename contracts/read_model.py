"""What leadstore sends to the gateway over HTTP about leads, beside transcripts and proposals."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from contracts.text import CleanText
from contracts.values import Author, Channel, Lead, LeadStatus, Proposal, Score, TierRecommendation, Value

# A wide bound, so that no sum of days leaves the calendar.
EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)
_DEFAULT_PERIOD = timedelta(days=29)
# JSON Schema has no bounds for dates.
_YEAR = {"pattern": "^2[0-9]{3}-[0-9]{2}-[0-9]{2}$"}
DayAsked = Annotated[date, Field(ge=EARLIEST, le=LATEST, json_schema_extra=_YEAR)] | None


class LeadQuery(Value):
    """Which leads a page of the list shows; what is None stays open."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    status: LeadStatus | None = Field(default=None, description="Only leads that have come this far.")
    source: Channel | None = Field(default=None, description="Only leads of this channel.")
    tier: CleanText | None = Field(
        default=None,
        max_length=100,
        description="Only leads that chose the tier with this key, or were recommended it and chose none.",
    )
    first: DayAsked = Field(
        default=None, alias="from", description="Only leads that began on this day or later, in UTC."
    )
    last: DayAsked = Field(
        default=None, alias="to", description="Only leads that began on this day or before, in UTC."
    )
    campaign: CleanText | None = Field(
        default=None, max_length=60, description="Only leads that this campaign brought."
    )
    wants_person: bool | None = Field(default=None, description="Only leads that asked for a person, or not.")
    q: CleanText | None = Field(
        default=None,
        max_length=200,
        description="Only leads whose name, business, e-mail, number or id has words that begin so.",
    )
    limit: int = Field(default=50, ge=1, le=200, description="How many at most.")
    cursor: str | None = Field(
        default=None,
        pattern="^[A-Za-z0-9_=-]{1,200}$",
        description="`next_cursor` of the page before; the rest of the query has to be the same.",
    )


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


class FunnelQuery(Value):
    """The period of a funnel, in UTC: thirty days up to today unless told otherwise."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    first: DayAsked = Field(
        default=None, alias="from", description="First day, UTC. Default: 29 days before `to`."
    )
    last: DayAsked = Field(default=None, alias="to", description="Last day, UTC. Default: today.")

    def period(self, today: date) -> tuple[date, date]:
        """The first and the last day."""
        last = self.last or today
        return self.first or last - _DEFAULT_PERIOD, last


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
    """An appointment; `end` is None while it stands, `is_missed` says that the visitor did not come."""

    starts_at: AwareDatetime | None
    end: str | None
    is_missed: bool = False


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
    score: Score | None = None
