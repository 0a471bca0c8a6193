"""What a reply to this conversation may claim."""

from typing import Final

from contracts.values import Profile
from playbook import Playbook
from playbook.guard import AllowedClaims
from playbook.reading.meaning import Intent
from services.dialogue.domain.conversation import Conversation

_INNER_NAMES: Final = (*Profile.model_fields, *Intent)


def allowed_claims(conversation: Conversation, playbook: Playbook) -> AllowedClaims:
    """What the company says, what a person of it said here, and what this visitor has said."""
    return AllowedClaims.of(
        playbook,
        conversation.profile,
        [*conversation.said_by_people, *(message.text for message in conversation.visitor_messages)],
        unanswered=len(conversation.unanswered),
        proposal=conversation.proposal,
        booking_url=conversation.booking_url,
        inner_names=_INNER_NAMES,
    )
