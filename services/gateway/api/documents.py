"""The JSON documents of the HTTP API."""

import re
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from contracts.erasures import Erasure
from contracts.read_model import ListedLead
from contracts.text import clean_strings
from contracts.values import (
    Channel,
    Closing,
    LeadStatus,
    Origin,
    Profile,
    Proposal,
    SpeakerKind,
    Stage,
    TierRecommendation,
    ToldVisitor,
)

EXAMPLE_CONVERSATION_ID = "0d9cf8f2-6c1f-4f3f-9c55-0b0b3e6f4a11"
_TURN_ID = "8f5d3c0e-4a1b-5d7e-8a42-5f2f6f0f9b27"


# Control and format characters and white space: Cc, Cf and Z of Unicode, spelled out for any regex engine.
_INVISIBLE = (
    "\u0000-\u0020\u007f-\u00a0\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u1680\u180e"
    "\u2000-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u206f\u3000\ufeff\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f"
)
SAYABLE = f"[^{_INVISIBLE}]"
_visible = re.compile(SAYABLE)


def require_visible(message: str) -> str:
    """The message; refuse one of which nothing can be seen, as `SAYABLE` says it in a schema."""
    if _visible.search(message) is None:
        raise ValueError("at least one visible character is needed")
    return message


class ChatVisitor(ToldVisitor):
    """Who the website knows the visitor to be."""

    token: str | None = Field(
        default=None,
        max_length=4_000,
        description="A JSON Web Token (HS256) that the site's server signed with its `identity_secret`, "
        "with the claims `email` and `exp`. It proves the address. One that is not good proves nothing.",
    )


class ChatRequest(BaseModel):
    """Something a visitor says. Members that are not known are ignored."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        json_schema_extra={
            "examples": [
                {"message": "Hi, we run a small bakery and drown in order emails.", "source": "widget"},
                {"message": "There are 12 of us.", "conversation_id": EXAMPLE_CONVERSATION_ID},
                {
                    "message": "What does it cost?",
                    "visitor": {"name": "Grace Hopper", "email": "grace@example.com"},
                },
            ]
        },
    )

    message: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=8_000),
        AfterValidator(require_visible),
        BeforeValidator(clean_strings),
    ] = Field(
        description="1 to 8,000 characters without the white space around them. Control characters are "
        "removed, line breaks of any kind become newlines, lone surrogates become U+FFFD.",
        json_schema_extra={"pattern": SAYABLE},
    )
    conversation_id: UUID | None = Field(
        default=None, description="Left out, it opens a conversation; given, it needs credentials."
    )
    source: Channel = Field(default="api", description="How the visitor reached us.")
    visitor: ChatVisitor | None = Field(
        default=None,
        description="Who the website knows the visitor to be, such as after a login. The lead learns it, and "
        "a later one replaces it; what the visitor says themselves counts more. It is told with one message.",
    )


class Accepted(BaseModel):
    """Data of the event `accepted`: the turn is safe."""

    conversation_id: UUID
    turn_id: UUID
    session_token: str | None = Field(
        description="For the visitor of the conversation; null for an API key that came without theirs."
    )


class ChatAnswer(Accepted):
    """The reply to a turn. Also the data of the event `done`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "conversation_id": EXAMPLE_CONVERSATION_ID,
                    "turn_id": _TURN_ID,
                    "response": "Nice to meet you. How many people are on your team?",
                    "stage": "understand",
                    "calendly_shown": False,
                    "degraded": False,
                    "sequence": 2,
                    "proposal_url": None,
                    "written_by": "model",
                    "suggestions": ["1 to 15", "16 to 50", "More than 50"],
                    "session_token": "IjBkOWNmOGYyLi4uIg.aSKf3w.c2lnbmF0dXJl",
                }
            ]
        }
    )

    response: str
    stage: Stage
    calendly_shown: bool = Field(description="The reply shows the booking link.")
    degraded: bool = Field(description="The language model was away, so the reply was guided.")
    sequence: int = Field(
        description="Grows from reply to reply; turns with the same are answered by the same reply."
    )
    proposal_url: str | None = Field(
        default=None, description="The reply shows the proposal, and here is its page; may be passed on."
    )
    written_by: Origin = Field(
        description="Who wrote the reply: `model` as soon as a word of it is a language model's, `playbook` "
        "for texts of the company, `person` for a person of the company."
    )
    suggestions: list[str] = Field(
        default_factory=list,
        description="Labels of quick replies; to pick one is to send its label as the next message.",
    )


class AnswerLater(Accepted):
    """The turn is safe, but its reply is not there yet; it can be read later."""

    status: Literal["accepted"] = "accepted"
    read_at: str = Field(examples=[f"/conversation/{EXAMPLE_CONVERSATION_ID}"])


class Message(BaseModel):
    """A message of a transcript. `turn_id` is the visitor's turn it is or answers, null when nobody asked."""

    id: UUID
    role: Literal["visitor", "bot"]
    text: str
    at: AwareDatetime
    sequence: int | None = Field(
        description="Grows from reply to reply, and is the id of its event; null for a visitor's message."
    )
    turn_id: UUID | None
    answers: list[UUID] = Field(description="All turns that a reply answers, several of a burst.")
    written_by: Origin = Field(description="Who wrote it.")
    degraded: bool
    failed: bool = Field(description="The visitor's turn could not be answered.")
    suggestions: list[str] = Field(description="Labels of the quick replies that came with a reply.")
    name: str | None = Field(description="The name of the person who wrote it, if one of ours did.")


class Transcript(BaseModel):
    """A conversation: what was said, and what came of it."""

    conversation_id: UUID
    status: LeadStatus
    stage: Stage
    source: Channel
    started_at: AwareDatetime
    last_message_at: AwareDatetime | None
    last_sequence: int
    is_silent: bool = Field(description="The visitor went silent before a demo was booked.")
    messages: list[Message]
    profile: Profile
    proposal: Proposal | None
    proposal_written_by: Origin | None = Field(
        description="Who wrote the proposal; null without one, and for an old one of which nobody knows."
    )
    tier: TierRecommendation | None = Field(description="The tier that was recommended.")
    chosen_tier: str | None = Field(description="The key of the tier that the visitor chose.")
    booking_url: str | None
    demo_at: AwareDatetime | None = Field(
        description="When the demo takes place. Null for a visitor where `demo_is_private`."
    )
    demo_is_private: bool = Field(
        description="Only the address says whose the demo is, so its visitor is not told when it is."
    )
    wants_person: bool = Field(description="The visitor asked for a person.")
    speaker: SpeakerKind = Field(description="Who speaks to the visitor: the assistant, or a person.")
    person: str | None = Field(description="The name of the person who speaks.")
    takeover_fence: int | None = Field(description="That of the last take-over; null for a visitor.")
    closed: Closing | None = Field(
        description="How the visitor ended the conversation; null while it is open."
    )
    unanswered_questions: list[str] = Field(description="Questions that no fact of the playbook answered.")
    campaign: str | None = Field(
        description="The campaign whose mail the visitor answered first; null for a visitor."
    )
    proposal_url: str | None = Field(description="The page of the proposal; may be passed on. Null before.")
    model_cost_usd: float | None = Field(description="What the language model cost; null for a visitor.")
    input_tokens: int | None = Field(description="Tokens the language model read; null for a visitor.")
    output_tokens: int | None = Field(description="Tokens the language model wrote; null for a visitor.")


class ConversationSummary(BaseModel):
    """A conversation in a list."""

    conversation_id: UUID
    status: LeadStatus
    stage: Stage
    source: Channel
    started_at: AwareDatetime
    last_message_at: AwareDatetime | None
    is_silent: bool


class ConversationPage(BaseModel):
    """Conversations, newest first. `next_cursor` leads to the next page; null on the last."""

    items: list[ConversationSummary]
    next_cursor: str | None


class LeadWithLink(ListedLead):
    """A lead, the page of its proposal, and what the language model took for it."""

    proposal_url: str | None = Field(description="The page of the proposal; null before there is one.")


class LeadPage(BaseModel):
    """Leads, newest first. `next_cursor` leads to the next page; null on the last."""

    items: list[LeadWithLink]
    next_cursor: str | None


class ConversationExport(BaseModel):
    """Everything that is held of a conversation."""

    exported_at: AwareDatetime
    conversation: Transcript = Field(description="As it is read, with the evidence of every fact.")
    records: dict[str, list[dict[str, Any]]] = Field(
        description="By table, every stored row behind it; `delivery.state` is what subscribers know."
    )
    model_uses: list[dict[str, Any]] | None = Field(
        description="What language models took for it; null for a visitor."
    )


class PersonExport(BaseModel):
    """Everything that is held of the conversations in which an address was given."""

    exported_at: AwareDatetime
    conversations: list[ConversationExport]


class ErasureReceipt(BaseModel):
    """All is erased. `receipt` is a JSON Web Signature over what was erased, where and when."""

    status: Literal["erased"] = "erased"
    receipt: str = Field(description="Checked with the keys of `/.well-known/jwks.json`; worth keeping.")
    erasures: list[Erasure]


class ErasureAccepted(BaseModel):
    """The wish is safe and will be done; `read_at` tells when it is."""

    status: Literal["accepted"] = "accepted"
    read_at: str


class ReceiptKeys(BaseModel):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, str]]
