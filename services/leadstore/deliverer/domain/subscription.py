"""A subscription: who is told of leads, where and how."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

Kind = Literal["webhook", "chat", "crm"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """`url` and `secrets` are never shown or logged: the URL of a chat is a secret itself.

    `secrets` are newest first; of a webhook each one signs. While `paused_because` is set nothing is sent,
    and what changes meanwhile is sent afterwards.
    """

    id: UUID
    name: str
    kind: Kind
    created_at: datetime
    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False, default=())
    paused_because: str | None = None


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True)


class ShownSubscription(_Document):
    """A subscription as operators see it, and how many leads it was told, waits for, and missed."""

    name: str
    kind: Kind
    host: str
    secrets: int
    created_at: AwareDatetime
    paused_because: str | None
    delivered: int = 0
    waiting: int = 0
    dead: int = 0
    oldest_waiting_s: float | None = None


class ShownDelivery(_Document):
    """What became of one lead at one receiver. It holds nothing of the lead but its id."""

    conversation_id: UUID
    message_id: str
    status: Literal["waiting", "delivered", "dead"]
    attempts: int
    due_at: AwareDatetime | None
    settled_at: AwareDatetime | None
    reason: str | None
