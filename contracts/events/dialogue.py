"""What dialogue publishes. All of it carries a `sequence` that grows within a conversation."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.cloudevent import Event
from contracts.mail import CampaignName
from contracts.text import CleanText
from contracts.values import (
    BotAuthor,
    Channel,
    Closing,
    ErasureReason,
    Payers,
    Profile,
    Proposal,
    SpeakerKind,
    Stage,
    TranscriptLine,
)

CONVERSATION_EVENTS = "conversation.events.v1"


class ConversationStarted(Event):
    """A visitor's first turn opened a conversation."""

    topic: ClassVar[str] = CONVERSATION_EVENTS

    source: Channel


class TurnAnswered(Event):
    """A reply is complete. `answered_turn_ids` are all turns it answers; empty when nobody asked.

    `refused` names why sentences of a model were not said, one reason a sentence. `playbook` and `prompt` are
    digests of what led the conversation; without a model nothing was prompted. A visitor who picks one of the
    `suggestions` sends it as a message. `holding` is the end of a reply that only says that what is asked for
    follows as a message of its own. `proposal_shown`: the whole proposal stands in the reply.
    """

    topic: ClassVar[str] = CONVERSATION_EVENTS

    reply_id: UUID
    answered_turn_ids: tuple[UUID, ...]
    reply: CleanText
    stage: Stage
    calendly_shown: bool
    degraded: bool
    author: BotAuthor
    model: CleanText | None = None
    input_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)
    cost_usd: float = Field(default=0.0, ge=0)
    refused: tuple[CleanText, ...] = ()
    playbook: CleanText | None = None
    prompt: CleanText | None = None
    suggestions: tuple[CleanText, ...] = ()
    holding: CleanText | None = None
    proposal_shown: bool = False


class PersonAnswered(Event):
    """A person who had taken over said something to the visitor. `name` is theirs.

    `answered_turn_ids` are the turns that waited for it; empty when nobody asked.
    """

    topic: ClassVar[str] = CONVERSATION_EVENTS

    message_id: UUID
    answered_turn_ids: tuple[UUID, ...]
    message: CleanText
    name: CleanText


class SpeakerChanged(Event):
    """Somebody else speaks to the visitor from now on: a person who took over, or the assistant again.

    `name` is that of the person, None for the assistant. `fence` is that of the take-over.
    """

    topic: ClassVar[str] = CONVERSATION_EVENTS

    speaker: SpeakerKind
    name: CleanText | None
    fence: int = Field(ge=1)


class StageAdvanced(Event):
    """The conversation moved to a later stage."""

    topic: ClassVar[str] = CONVERSATION_EVENTS

    from_stage: Stage
    to_stage: Stage


class ProfileUpdated(Event):
    """The visitor told us something new, or corrected it. Carries the whole profile."""

    topic: ClassVar[str] = CONVERSATION_EVENTS

    profile: Profile
    changed: tuple[CleanText, ...]


class TurnFailed(Event):
    """A turn could not be answered and was parked; the visitor was told so."""

    topic: ClassVar[str] = CONVERSATION_EVENTS

    turn_id: UUID
    reason: CleanText


class QuestionUnanswered(Event):
    """The visitor asked something that no fact of the playbook answers."""

    topic: ClassVar[str] = CONVERSATION_EVENTS

    turn_id: UUID
    question: CleanText


class TierChosen(Event):
    """The visitor chose a tier, whatever was recommended. `tier` is its key in the catalogue."""

    topic: ClassVar[str] = CONVERSATION_EVENTS

    tier: CleanText


class HandOverRequested(Event):
    """The visitor wants to talk to a person."""

    topic: ClassVar[str] = CONVERSATION_EVENTS

    turn_id: UUID


class ConversationClosed(Event):
    """The visitor declined the offer, or does not want to be written to any more.

    Published after every other event of its turn: what follows in the sequence, such as a chosen tier, opens
    the conversation again.
    """

    topic: ClassVar[str] = CONVERSATION_EVENTS

    reason: Closing


class ConversationStalled(Event):
    """The visitor went silent before a demo was booked. `language` is the tag of the language they speak."""

    topic: ClassVar[str] = CONVERSATION_EVENTS

    stage: Stage
    silent_since: AwareDatetime
    language: CleanText | None = None


class ConversationErased(Event):
    """Everything the visitor said was deleted. `deleted` counts what dialogue held, by kind."""

    topic: ClassVar[str] = CONVERSATION_EVENTS
    # By then there is no key any more, and it holds no words.
    is_sealed: ClassVar[bool] = False

    reason: ErasureReason | None = None
    deleted: Mapping[str, int] = Field(default_factory=dict)


class ErasureRecorded(Event):
    """A conversation was erased. Kept for ever, so that it is erased again where a backup brings it back.

    Tells what `ConversationErased` told.
    """

    topic: ClassVar[str] = "erasures.v1"
    is_sealed: ClassVar[bool] = False

    erased_at: AwareDatetime
    reason: ErasureReason
    deleted: Mapping[str, int] = Field(default_factory=dict)


class ProposalRequested(Event):
    """Enough is known: a proposal is wanted. `revision` counts the drafts of a conversation from 1.

    A redraft starts from `last_proposal` and the last 12 messages, the newest last. With `is_template_only`
    no model is asked: the visitor has waited for long enough. `translations` are our words in a language that
    the playbook has no file for, by the digests of its lines; empty for any other. `payers` are those of the
    turn that led to it. `playbook` and `prompt` are the digests of what the conversation is told by.
    """

    topic: ClassVar[str] = "proposal.requests.v1"

    turn_id: UUID
    revision: int = Field(ge=1)
    profile: Profile
    change_wish: CleanText | None = None
    last_proposal: Proposal | None = None
    chosen_tier: CleanText | None = None
    transcript: tuple[TranscriptLine, ...] = ()
    is_template_only: bool = False
    translations: Mapping[str, CleanText] = Field(default_factory=dict)
    payers: Payers | None = None
    playbook: CleanText | None = None
    prompt: CleanText | None = None


class BookingRequested(Event):
    """The visitor wants a demo: a booking link is wanted. `campaign` is the one that brought them, if any."""

    topic: ClassVar[str] = "booking.requests.v1"

    turn_id: UUID
    source: Channel
    name: CleanText | None = None
    contact_email: CleanText | None = None
    tier: CleanText | None = None
    campaign: CampaignName | None = None
