"""Sentences of a language model that were not said: their reasons, never their words."""

from datetime import datetime
from uuid import UUID

from contracts.cloudevent import CloudEvent, Event
from contracts.events import TurnAnswered
from contracts.values import Value


class Refusal(Value):
    """One refused sentence. `ordinal` counts those of a reply."""

    conversation_id: UUID
    reply_id: UUID
    ordinal: int
    reason: str
    refused_at: datetime


def refusals_of(event: CloudEvent[Event]) -> list[Refusal]:
    """The refused sentences that the event reports."""
    if not isinstance(event.data, TurnAnswered):
        return []
    answer = event.data
    return [
        Refusal(
            conversation_id=answer.conversation_id,
            reply_id=answer.reply_id,
            ordinal=ordinal,
            reason=reason,
            refused_at=event.time,
        )
        for ordinal, reason in enumerate(answer.refused)
    ]
