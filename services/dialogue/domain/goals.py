"""What a reply is for, decided before anybody words it."""

from enum import StrEnum
from typing import Literal
from uuid import UUID

from contracts.values import Value
from services.dialogue.domain.conversation import Conversation, Message
from services.dialogue.domain.signals import Signal

Need = Literal["nothing", "proposal", "booking"]


class Aim(StrEnum):
    """The kinds of goals."""

    ASK = "ask"
    PROPOSE = "propose"
    REDRAFT = "redraft"
    HEAR_REACTION = "hear_reaction"
    ASK_CHANGE = "ask_change"
    RECOMMEND = "recommend"
    RECONSIDER_TIER = "reconsider_tier"
    HEAR_INTEREST = "hear_interest"
    ASK_CONCERN = "ask_concern"
    BOOK = "book"
    REMIND = "remind"
    CLOSE = "close"


class Goal(Value):
    """What this reply is for; `slot` is what it asks for when its aim is to ask."""

    aim: Aim
    slot: str | None = None


class Plan(Value):
    """One turn or one burst of turns, decided before a model is asked.

    `conversation` is as it will be after the turn, its reply aside; `before` as it was. `script` is complete
    and ready to send; when the turn `needs` a result, it is the lead-in to it. `message` holds all the
    visitor said, `messages` the same turn by turn; `turn_id` is the last of them.
    """

    before: Conversation
    conversation: Conversation
    message: str
    messages: tuple[Message, ...]
    turn_id: UUID
    changed: tuple[str, ...]
    signal: Signal
    goal: Goal
    script: str
    needs: Need
    change_wish: str | None = None
