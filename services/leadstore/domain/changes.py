"""What of a conversation is new to somebody who follows it."""

from collections.abc import Sequence

from contracts.conversation_changes import (
    MOST_REPLIES,
    ConversationChange,
    Speaker,
    TranscriptMessage,
    behind_sequence,
)
from services.leadstore.domain.conversation import Conversation
from services.leadstore.domain.transcript import FailedTurn, Message, shown_messages


def change_of(
    conversation: Conversation,
    messages: Sequence[Message],
    failed: Sequence[FailedTurn],
    *,
    after_sequence: int,
) -> ConversationChange:
    """The conversation for somebody who has every reply up to `after_sequence`."""
    if conversation.erased_at is not None:
        return ConversationChange(
            conversation_id=conversation.id, version=conversation.version, is_erased=True
        )
    behind = behind_sequence(shown_messages(messages, failed), after_sequence)
    page = _page(behind)
    return ConversationChange(
        conversation_id=conversation.id,
        version=conversation.version,
        status=conversation.status,
        demo_at=conversation.demo_at,
        demo_is_private=conversation.demo_is_private,
        demo_missed=conversation.demo_missed,
        speaker=Speaker(speaker=conversation.speaking.speaker, name=conversation.speaking.name),
        messages=page,
        has_more=len(page) < len(behind),
    )


def _page(messages: tuple[TranscriptMessage, ...]) -> tuple[TranscriptMessage, ...]:
    """The messages up to a number of replies: only behind a reply can the asker go on."""
    places = [place for place, message in enumerate(messages) if message.sequence is not None]
    return messages if len(places) <= MOST_REPLIES else messages[: places[MOST_REPLIES - 1] + 1]
