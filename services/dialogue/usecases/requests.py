"""What dialogue asks of the other services."""

from uuid import UUID

from contracts.events import BookingRequested, ProposalRequested
from contracts.values import TranscriptLine
from services.dialogue.domain import Conversation
from services.dialogue.domain.turn import Result

_TRANSCRIPT_LINES = 12


def request_of(
    conversation: Conversation, result: Result | None, turn_id: UUID
) -> ProposalRequested | BookingRequested:
    """The request for a result."""
    if result == "proposal":
        return proposal_request(conversation, turn_id)
    profile = conversation.profile
    tier = conversation.chosen_tier or (conversation.tier.tier if conversation.tier else None)
    return BookingRequested(
        conversation_id=conversation.conversation_id,
        turn_id=turn_id,
        source=conversation.source,
        name=profile.name.value if profile.name else None,
        contact_email=profile.contact_email.value if profile.contact_email else None,
        tier=tier,
    )


def proposal_request(
    conversation: Conversation, turn_id: UUID, *, is_template_only: bool = False
) -> ProposalRequested:
    """The request for the next draft, with the last one and the talk that it starts from."""
    return ProposalRequested(
        conversation_id=conversation.conversation_id,
        turn_id=turn_id,
        revision=conversation.revision + 1,
        profile=conversation.profile,
        change_wish=conversation.change_wish,
        last_proposal=conversation.proposal,
        chosen_tier=conversation.chosen_tier,
        transcript=tuple(
            TranscriptLine(role=utterance.role, text=utterance.text)
            for utterance in conversation.history[-_TRANSCRIPT_LINES:]
        ),
        is_template_only=is_template_only,
    )
