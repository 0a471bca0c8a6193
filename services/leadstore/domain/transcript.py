"""The messages of a conversation, and their order in the transcript."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import inf
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from contracts.cloudevent import CloudEvent, Event
from contracts.conversation_changes import TranscriptMessage
from contracts.events import PersonAnswered, TurnAnswered, TurnFailed, TurnReceived
from contracts.mail import SentMail
from contracts.values import (
    Author,
    Channel,
    Closing,
    LeadStatus,
    Origin,
    Profile,
    Proposal,
    SpeakerKind,
    Stage,
    TierRecommendation,
    Value,
    origin_of,
)
from services.leadstore.domain.conversation import Conversation
from services.leadstore.domain.spending import Spent

Role = Literal["visitor", "bot"]


class Message(Value):
    """A message. Never changed once it is stored."""

    id: UUID
    conversation_id: UUID
    role: Role
    text: str
    at: datetime
    sequence: int | None = None
    answers: tuple[UUID, ...] = ()
    author: Author | None = None
    degraded: bool = False
    suggestions: tuple[str, ...] = ()
    name: str | None = None

    @property
    def written_by(self) -> Origin:
        """Who wrote it. Every reply has an author."""
        return "visitor" if self.author is None else origin_of(self.author)


class FailedTurn(Value):
    """A visitor's turn that could not be answered; it takes the place its answer would have had."""

    turn_id: UUID
    conversation_id: UUID
    sequence: int
    reason: str
    at: datetime


class Transcript(Value):
    """A whole conversation: what was said, and what is known by now.

    `speaker` is who speaks to the visitor, `person` the name of a person who does, `takeover_fence` that of
    the last take-over.
    """

    conversation_id: UUID
    stage: Stage
    status: LeadStatus
    source: Channel
    started_at: AwareDatetime
    last_message_at: AwareDatetime | None
    last_sequence: int
    is_silent: bool
    messages: tuple[TranscriptMessage, ...]
    profile: Profile
    proposal: Proposal | None
    proposal_written_by: Origin | None
    tier: TierRecommendation | None
    chosen_tier: str | None
    booking_url: str | None
    demo_at: AwareDatetime | None
    demo_is_private: bool
    wants_person: bool
    speaker: SpeakerKind
    person: str | None
    takeover_fence: int | None
    closed: Closing | None
    unanswered_questions: tuple[str, ...]
    campaign: str | None
    model_cost_usd: float
    input_tokens: int
    output_tokens: int


def messages_of(event: CloudEvent[Event]) -> tuple[Message, ...]:
    """The messages in the event: what it says, and our mails that a visitor's turn follows."""
    mailed = event.data.mails if isinstance(event.data, TurnReceived) else ()
    said = _message_of(event)
    return (*(_mail_of(event.data, mail) for mail in mailed), *([said] if said else []))


def _mail_of(turn: Event, mail: SentMail) -> Message:
    """A mail of ours. It has no sequence: dialogue did not say it."""
    return Message(
        id=mail.mail_id,
        conversation_id=turn.conversation_id,
        role="bot",
        text=mail.text,
        at=mail.sent_at,
        author="script",
    )


def _message_of(event: CloudEvent[Event]) -> Message | None:
    match event.data:
        case TurnReceived() as turn:
            return Message(
                id=turn.turn_id,
                conversation_id=turn.conversation_id,
                role="visitor",
                text=turn.message,
                at=event.time,
            )
        case TurnAnswered() as answer:
            return Message(
                id=answer.reply_id,
                conversation_id=answer.conversation_id,
                role="bot",
                text=answer.reply,
                at=event.time,
                sequence=event.sequence,
                answers=answer.answered_turn_ids,
                author=answer.author,
                degraded=answer.degraded,
                suggestions=answer.suggestions,
            )
        case PersonAnswered() as answer:
            return Message(
                id=answer.message_id,
                conversation_id=answer.conversation_id,
                role="bot",
                text=answer.message,
                at=event.time,
                sequence=event.sequence,
                answers=answer.answered_turn_ids,
                author="person",
                name=answer.name,
            )
        case _:
            return None


def failed_turn_of(event: CloudEvent[Event]) -> FailedTurn | None:
    """The failed turn in the event; None when it holds none."""
    if not isinstance(event.data, TurnFailed):
        return None
    return FailedTurn(
        turn_id=event.data.turn_id,
        conversation_id=event.data.conversation_id,
        sequence=event.sequence or 0,
        reason=event.data.reason,
        at=event.time,
    )


def transcript_of(
    conversation: Conversation, messages: Sequence[Message], failed: Sequence[FailedTurn], spent: Spent
) -> Transcript:
    """The conversation as it is shown. It must have begun."""
    assert conversation.source is not None and conversation.started_at is not None
    return Transcript(
        conversation_id=conversation.id,
        stage=conversation.stage,
        status=conversation.status,
        source=conversation.source,
        started_at=conversation.started_at,
        last_message_at=conversation.last_message_at,
        last_sequence=conversation.last_sequence,
        is_silent=conversation.is_silent,
        messages=shown_messages(messages, failed),
        profile=conversation.profile,
        proposal=conversation.proposal,
        proposal_written_by=conversation.proposal_written_by,
        tier=conversation.tier,
        chosen_tier=conversation.wishes.chosen_tier,
        booking_url=conversation.booking_url,
        demo_at=conversation.demo_at,
        demo_is_private=conversation.demo_is_private,
        wants_person=conversation.wishes.person_wanted_at is not None,
        speaker=conversation.speaking.speaker,
        person=conversation.speaking.name,
        takeover_fence=conversation.speaking.fence or None,
        closed=conversation.closed,
        unanswered_questions=conversation.wishes.unanswered_questions,
        campaign=conversation.campaign,
        **dict(spent),
    )


def shown_messages(
    messages: Sequence[Message], failed: Sequence[FailedTurn]
) -> tuple[TranscriptMessage, ...]:
    """All messages as they are shown, in order."""
    # A turn that failed may have been answered since, when it was brought back.
    failed_ids = {turn.turn_id for turn in failed} - {
        turn_id for message in messages for turn_id in message.answers
    }
    return tuple(_shown(message, failed_ids) for message in in_order(messages, failed))


def in_order(messages: Iterable[Message], failed: Iterable[FailedTurn] = ()) -> list[Message]:
    """Each turn before the reply that answers it, replies in the order they were made.

    Visitors' times come from the gateway's clock and replies' from dialogue's, so the two are never compared:
    a turn stands where its reply stands, which the reply's sequence says. A turn nobody has answered stands
    before the first answered turn that was said later, or at the end. So does a mail of ours that has no
    sequence.
    """
    messages = list(messages)
    places = _places(messages, failed)
    placed = sorted((turn.at, places[turn.id]) for turn in messages if turn.id in places)

    def place(message: Message) -> tuple[float, bool, datetime, UUID]:
        if message.sequence is not None:
            return message.sequence, True, message.at, message.id
        later = (at_place for at, at_place in placed if at > message.at)
        return places.get(message.id, min(later, default=inf)), False, message.at, message.id

    return sorted(messages, key=place)


def _places(messages: Iterable[Message], failed: Iterable[FailedTurn]) -> dict[UUID, int]:
    """By turn, the sequence of the first reply to it."""
    places = {turn.turn_id: turn.sequence for turn in failed}
    for message in messages:
        for turn_id in message.answers:
            sequence = message.sequence or 0
            places[turn_id] = min(sequence, places.get(turn_id, sequence))
    return places


def _shown(message: Message, failed_ids: set[UUID]) -> TranscriptMessage:
    asked = message.id if message.role == "visitor" else next(reversed(message.answers), None)
    return TranscriptMessage(
        id=message.id,
        role=message.role,
        text=message.text,
        at=message.at,
        sequence=message.sequence,
        turn_id=asked,
        answers=message.answers,
        written_by=message.written_by,
        degraded=message.degraded,
        failed=message.id in failed_ids,
        suggestions=message.suggestions,
        name=message.name,
    )
