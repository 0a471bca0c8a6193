"""Values that several events share: stages, slots, the profile, the proposal, the tier, the lead."""

from enum import StrEnum
from typing import Annotated, Final, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
)

from contracts.text import CleanText, EmailAddress, clean_strings

ValueT = TypeVar("ValueT")

Channel = Literal["widget", "email", "api", "cli"]
# What dialogue and proposal write without a person. An event keeps the values it was published with.
BotAuthor = Literal["model", "script"]
Author = BotAuthor | Literal["person"]
Origin = Literal["visitor", "model", "playbook", "person"]
SpeakerKind = Literal["bot", "person"]
Closing = Literal["declined", "stopped"]
LONGEST_NAME: Final = 80
ErasureReason = Literal["visitor", "operator", "retention", "restore"]


class Value(BaseModel):
    """A frozen value; readers ignore fields they do not know."""

    # JSON has no infinity: it would be written as null, which no reader takes for a number.
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, hide_input_in_errors=True)


class Stage(StrEnum):
    """The six stages of a conversation, in their order."""

    UNDERSTAND = "understand"
    IDENTIFY = "identify"
    SCOPE = "scope"
    PROPOSE = "propose"
    RECOMMEND = "recommend"
    BOOK = "book"

    @property
    def position(self) -> int:
        """0 for understand to 5 for book."""
        return list(Stage).index(self)


def origin_of(author: Author) -> Origin:
    """Who wrote a message, as everybody outside is told: a script speaks in the words of the playbook."""
    return "playbook" if author == "script" else author


class Payers(Value):
    """The stranger whose shares of the day's language model budget a turn uses up.

    `address` is a pseudonym of a network address that means nothing after its day; `site` names the website.
    `is_opening` says that the turn opens a conversation.
    """

    address: CleanText = Field(min_length=1, max_length=64)
    site: CleanText = Field(min_length=1, max_length=64)
    is_opening: bool = False


class ToldVisitor(Value):
    """Who the visitor is, as the website knows that they are on, such as after a login. None says nothing."""

    name: Annotated[CleanText, StringConstraints(strip_whitespace=True, max_length=LONGEST_NAME)] | None = (
        None
    )
    email: EmailAddress | None = None


class KnownVisitor(ToldVisitor):
    """Who the visitor is; `is_verified` says that the website has signed the address for them."""

    is_verified: bool = False


ConsentWording = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    BeforeValidator(clean_strings),
]
"""What somebody read when they agreed to something."""


class Consent(Value):
    """That a visitor agreed to be sent one mail: where to, in which words they were asked, and by what means.

    `language` is that of the wording, `timezone` the IANA name of the zone they are in; None is not known.
    """

    email: EmailAddress
    wording: ConsentWording
    source: Channel
    language: Annotated[CleanText, StringConstraints(max_length=35)] | None = None
    timezone: Annotated[CleanText, StringConstraints(max_length=64)] | None = None


class Slot(Value, Generic[ValueT]):
    """One fact about the visitor, with the words it was read from and the turn they were said in.

    `confidence` is 1 for what was said in plain words, less for what was read out of an answer, by a model,
    or concluded. A visitor who gave a range gave `value` to `up_to`. What the website told with a turn has no
    words but the value; `is_verified` says of an address that it has signed that it is the visitor's.
    """

    value: ValueT
    words: CleanText
    turn_id: UUID
    confidence: float = Field(default=1.0, ge=0, le=1)
    up_to: ValueT | None = None
    told_by: Literal["visitor", "website"] = "visitor"
    is_verified: bool = False

    @field_validator("value", "up_to", mode="before")
    @classmethod
    def _clean_value(cls, value: object) -> object:
        return clean_strings(value)


class Profile(Value):
    """What is known of a visitor. Unknown stays `None`; a correction replaces.

    `contact_time` says in their words when they want to be called.
    """

    business_type: Slot[str] | None = None
    name: Slot[str] | None = None
    team_size: Slot[int] | None = None
    challenge: Slot[str] | None = None
    time_wasters: Slot[tuple[str, ...]] | None = None
    tools: Slot[tuple[str, ...]] | None = None
    task: Slot[str] | None = None
    steps: Slot[tuple[str, ...]] | None = None
    out_of_scope: Slot[tuple[str, ...]] | None = None
    hours_per_week: Slot[float] | None = None
    success_measure: Slot[str] | None = None
    contact_email: Slot[str] | None = None
    contact_phone: Slot[str] | None = None
    contact_time: Slot[str] | None = None
    language: Slot[str] | None = None

    def known(self) -> frozenset[str]:
        """The names of the slots that are filled."""
        return frozenset(name for name in type(self).model_fields if getattr(self, name) is not None)


class Proposal(Value):
    """The proposal of a first AI agent, ready to be shown.

    `hours_saved_per_week` is what is won when the visitor's own measure is met; `None` when their words do
    not tell. `to_look_at` holds steps and tools that are looked at together before anything is
    promised of them: they stand neither in `does` nor in `integrations`. `done_today` is how the visitor told
    that the task is done, where no language model worded the proposal.
    """

    agent_name: CleanText = Field(min_length=1, max_length=120)
    summary: CleanText = Field(min_length=1, max_length=2_000)
    does: tuple[CleanText, ...]
    out_of_scope: tuple[CleanText, ...]
    integrations: tuple[CleanText, ...]
    hours_now_per_week: float | None
    hours_saved_per_week: float | None = None
    success_measure: CleanText | None
    delivery: CleanText
    to_look_at: tuple[CleanText, ...] = ()
    done_today: CleanText | None = None


class TierRecommendation(Value):
    """The partnership tier that fits, why, and what would change it."""

    tier: CleanText
    name: CleanText
    monthly_price_usd: int = Field(ge=0)
    includes: tuple[CleanText, ...]
    reason: CleanText
    would_change: CleanText


class TranscriptLine(Value):
    """One message of a conversation, as it is passed on to whoever has to know what was said."""

    role: Literal["visitor", "bot"]
    text: CleanText


class LeadStatus(StrEnum):
    """How far a lead has come; it only moves forward, except that a canceled demo is said as such."""

    TALKING = "talking"
    PROPOSED = "proposed"
    LINK_SENT = "link_sent"
    BOOKED = "booked"
    CANCELED = "canceled"


class ScoreReason(Value):
    """What of a lead earned points, or cost some; `slot` with the visitor's words, where it was one."""

    points: int
    says: CleanText
    slot: CleanText | None = None
    quote: CleanText | None = None
    turn_id: UUID | None = None


class Score(Value):
    """How much a lead is worth that somebody calls, by a rule of the company, and why."""

    points: int = Field(ge=0, le=100)
    is_qualified: bool
    reasons: tuple[ScoreReason, ...] = ()


class Lead(Value):
    """The whole lead, as the sales team and internal services see it.

    `tier` is the one that was recommended, `chosen_tier` the key of the one the visitor chose. `closed` says
    that the visitor ended the conversation and how; nobody follows it up. `unanswered_questions` are in the
    order they were asked in. Who wrote an old proposal is not known. An old lead, and one of a company
    without a rule for it, has no `score`. `demo_missed` says that the visitor did not come to the demo at
    `demo_at`. `campaign` is the one whose mail they answered first.
    """

    conversation_id: UUID
    status: LeadStatus
    stage: Stage
    source: Channel
    profile: Profile
    proposal: Proposal | None
    tier: TierRecommendation | None
    booking_url: CleanText | None
    demo_at: AwareDatetime | None
    started_at: AwareDatetime
    changed_at: AwareDatetime
    chosen_tier: CleanText | None = None
    wants_person: bool = False
    closed: Closing | None = None
    unanswered_questions: tuple[CleanText, ...] = ()
    proposal_written_by: Origin | None = None
    score: Score | None = None
    demo_missed: bool = False
    campaign: CleanText | None = None
