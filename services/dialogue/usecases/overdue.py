"""When an awaited result is looked after."""

from datetime import datetime, timedelta

from services.dialogue.domain import Conversation
from services.dialogue.ports import Ports

LOST_AFTER = timedelta(seconds=30)
"""After so long without a result, its request is taken for lost."""


def wake_at(conversation: Conversation, now: datetime, ports: Ports) -> datetime | None:
    """When to look after the awaited result, None where none is awaited.

    It is a holding reply that turns wait for first; whatever else the visitor writes postpones nothing.
    """
    waiting = conversation.awaiting
    if waiting is None:
        return None
    return (waiting.since or now) + (ports.holding_after if waiting.turn_ids else LOST_AFTER)
