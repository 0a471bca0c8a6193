"""A conversation through the pure domain alone: each message is led to the reply that its visitor reads."""

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from contracts.values import Proposal, Stage, TierRecommendation
from playbook import Playbook
from services.dialogue.domain import (
    Conversation,
    Plan,
    plan_turn,
    say_booking,
    say_proposal,
    with_booking_link,
    with_proposal,
    with_reply,
)


class Others(Protocol):
    """What the other services add to a turn, made at once."""

    def draft(self, plan: Plan) -> tuple[Proposal, TierRecommendation]:
        """The proposal that the turn needs, and the tier that goes with it."""
        ...

    def link(self, conversation: Conversation) -> str:
        """The booking link of the conversation."""
        ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """One message, and everything that came of it."""

    message: str
    plan: Plan
    reply: str
    stage: Stage


@dataclass
class Talk:
    """A conversation under way; the same lines under the same ids give the same replies."""

    conversation: Conversation
    playbook: Playbook
    others: Others
    exchanges: list[Exchange] = field(default_factory=list)

    def hear(self, message: str, turn_id: UUID) -> Exchange:
        """Say one thing in the turn of this id, and hear the reply whole."""
        plan = plan_turn(self.conversation, message, turn_id, self.playbook)
        after, result = self._with_result(plan)
        reply = "\n\n".join(part for part in (plan.script, result) if part)
        self.conversation = with_reply(after, reply)
        self.exchanges.append(Exchange(message, plan, reply, after.stage))
        return self.exchanges[-1]

    def _with_result(self, plan: Plan) -> tuple[Conversation, str]:
        if plan.needs == "proposal":
            proposal, tier = self.others.draft(plan)
            drafted = with_proposal(plan.conversation, proposal, tier)
            return drafted, say_proposal(drafted, proposal, tier, self.playbook)
        if plan.needs == "booking":
            url = self.others.link(plan.conversation)
            linked = with_booking_link(plan.conversation, url)
            return linked, say_booking(linked, url, self.playbook)
        return plan.conversation, ""
