"""What of a change tells how well a prompt does."""

from collections.abc import Iterator
from typing import Final

from contracts.events import ConversationStalled, TurnAnswered
from services.dialogue.domain.changes import Change

REFUSED: Final = "refused_sentences"
"""Sentences that were not shown, for every reply of a model."""
DROPPED: Final = "drop_offs"
"""Conversations that went silent before a proposal, of those that did or were shown one."""


def counted_in(change: Change) -> Iterator[tuple[str, int]]:
    """Every chance of something to go wrong, by its measure, and how often it did."""
    after = change.conversation
    for event in change.events:
        match event.data:
            case TurnAnswered() as answered:
                if answered.model is not None:
                    yield REFUSED, len(answered.refused)
                if answered.proposal_shown and after.revision == 1:
                    yield DROPPED, 0
            case ConversationStalled() if after.proposal is None:
                yield DROPPED, 1
