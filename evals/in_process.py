"""A conversation through the pure domain alone, in this process: nothing is started and nothing is stored."""

from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.events import ProposalRequested
from contracts.playbook import Playbook
from evals.player import Outcome, Reply
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
from services.proposal.domain import draft_from_template, recommend_tier, spoken


class InProcess:
    """Scripted mode without its services; the same lines give the same replies."""

    def __init__(self, playbook: Playbook, name: str) -> None:
        self._playbook = playbook
        self._turns = 0
        self.conversation = Conversation.open(uuid5(NAMESPACE_URL, name), "api")

    async def say(self, message: str) -> Reply:
        """Say a line and hear the whole reply."""
        self._turns += 1
        return self.hear(message, uuid5(self.conversation.conversation_id, f"turn {self._turns}"))

    def hear(self, message: str, turn_id: UUID) -> Reply:
        """The reply to a line whose turn has this id."""
        plan = plan_turn(self.conversation, message, turn_id, self._playbook)
        self.conversation, result = self._with_result(plan)
        text = "\n\n".join(part for part in (plan.script, result) if part)
        self.conversation = with_reply(self.conversation, text)
        url = self.conversation.booking_url
        return Reply(
            turn_id=turn_id,
            text=text,
            stage=self.conversation.stage,
            calendly_shown=url is not None and url in text,
        )

    async def outcome(self) -> Outcome:
        """What came of the conversation so far."""
        here = self.conversation
        return Outcome(
            profile=here.profile,
            stage=here.stage,
            proposal=here.proposal,
            tier=here.tier,
            booking_url=here.booking_url,
        )

    def _with_result(self, plan: Plan) -> tuple[Conversation, str]:
        """What another service would add to the turn, made at once."""
        if plan.needs == "proposal":
            return self._with_proposal(plan)
        if plan.needs == "booking":
            url = f"{self._playbook.booking.public_link}?utm_content={plan.conversation.conversation_id}"
            linked = with_booking_link(plan.conversation, url)
            return linked, say_booking(linked, url, self._playbook)
        return plan.conversation, ""

    def _with_proposal(self, plan: Plan) -> tuple[Conversation, str]:
        request = ProposalRequested(
            conversation_id=plan.conversation.conversation_id,
            turn_id=plan.turn_id,
            revision=plan.conversation.revision + 1,
            profile=plan.conversation.profile,
            change_wish=plan.change_wish,
        )
        proposal = draft_from_template(request, self._playbook)
        tier = recommend_tier(request.profile, spoken(request, self._playbook))
        drafted = with_proposal(plan.conversation, proposal, tier)
        return drafted, say_proposal(drafted, proposal, tier, self._playbook)
