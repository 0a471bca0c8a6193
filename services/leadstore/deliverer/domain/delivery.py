"""What is delivered: the last state of a lead, once for each subscriber."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from contracts.cloudevent import CloudEvent
from contracts.events import LeadChanged, LeadErased

Memory = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LeadState:
    """The last that is known of a lead; `data` is the event's, as JSON."""

    lead_id: UUID
    event_id: UUID
    is_erased: bool
    sequence: int
    at: datetime
    data: Mapping[str, Any] = field(repr=False)
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """A state on its way to one subscriber.

    `changed` is all that changed since the subscriber was last told; `memory` is what its receiver wrote down
    when it was, such as what an alert was about. `lease` says who may settle it.
    """

    subscription_id: UUID
    state: LeadState
    changed: tuple[str, ...]
    attempts: int
    memory: Memory
    lease: UUID

    @property
    def message_id(self) -> str:
        """The `webhook-id`: the same however often this state is sent."""
        return message_id_of(self.state.event_id)


def message_id_of(event_id: UUID) -> str:
    """The `webhook-id` of the event that brought a state."""
    return f"msg_{event_id.hex}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended. `reason` is short and without data; `gone` says that nobody listens any more.

    `retry_after_s` is for how long the receiver wants to be left alone. `is_away` says that it cannot
    serve, whatever it is sent; otherwise it refused this one message, and others may pass.
    """

    kind: Literal["delivered", "failed", "gone"]
    reason: str = ""
    retry_after_s: float | None = None
    is_away: bool = False
    memory: Memory | None = None


def state_of(event: CloudEvent[LeadChanged] | CloudEvent[LeadErased]) -> LeadState:
    """The state that an event of the public stream tells."""
    told = event.data
    return LeadState(
        lead_id=told.conversation_id,
        event_id=event.id,
        is_erased=isinstance(told, LeadErased),
        sequence=event.sequence or 0,
        at=event.time,
        data=told.model_dump(mode="json"),
        changed=told.changed if isinstance(told, LeadChanged) else (),
    )


def body_of(delivery: Delivery) -> dict[str, Any]:
    """The message of a webhook, as Standard Webhooks has it: type, timestamp and data."""
    state = delivery.state
    data = dict(state.data) | {"sequence": state.sequence}
    if not state.is_erased:
        data["changed"] = list(delivery.changed)
    kind = "lead.erased" if state.is_erased else "lead.changed"
    return {"type": kind, "timestamp": state.at.isoformat().replace("+00:00", "Z"), "data": data}
