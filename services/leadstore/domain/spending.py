"""What a language model cost: one row a reply or draft, so that nothing is counted twice."""

from datetime import datetime
from uuid import UUID

from contracts.cloudevent import CloudEvent, Event
from contracts.events import ProposalDrafted, TurnAnswered
from contracts.values import Value

# A fraction of a cent is not noise, what binary fractions add to it is.
_DIGITS = 8


class ModelUse(Value):
    """The model use of one reply or draft, whose id it has. Kept when a conversation is erased."""

    conversation_id: UUID
    id: UUID
    used_at: datetime
    model: str | None
    input_tokens: int
    output_tokens: int
    cost_usd: float


class Spent(Value):
    """What a language model took for one conversation, so far."""

    model_cost_usd: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0


NOTHING = Spent()


def model_use_of(event: CloudEvent[Event]) -> ModelUse | None:
    """The use of a model that the event reports; None when the playbook spoke, which costs nothing."""
    used = event.data
    if not isinstance(used, TurnAnswered | ProposalDrafted):
        return None
    if not (used.input_tokens or used.output_tokens or used.cost_usd):
        return None
    return ModelUse(
        conversation_id=used.conversation_id,
        id=used.reply_id if isinstance(used, TurnAnswered) else used.proposal_id,
        used_at=event.time,
        model=used.model,
        input_tokens=used.input_tokens,
        output_tokens=used.output_tokens,
        cost_usd=used.cost_usd,
    )


def spent(cost_usd: float, input_tokens: int, output_tokens: int) -> Spent:
    """Sums as they are shown."""
    return Spent(
        model_cost_usd=round(cost_usd, _DIGITS), input_tokens=input_tokens, output_tokens=output_tokens
    )


def cost_of_each(cost_usd: float, conversations: int) -> float | None:
    """The cost of a conversation on a day, None when nothing was spent or none began."""
    return round(cost_usd / conversations, _DIGITS) if cost_usd and conversations else None
