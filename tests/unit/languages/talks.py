"""A conversation in any language, with the proposal as the proposal service writes it."""

from dataclasses import dataclass, field
from functools import cache
from uuid import UUID, uuid5

from contracts.events import ProposalRequested
from contracts.playbook import Playbook
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
from tests.support.playbooks import SHIPPED

PLAYBOOK: Playbook = SHIPPED
CONVERSATION = UUID("22222222-2222-4222-8222-222222222222")
LINK = "https://calendly.com/instaagents/discovery-demo/one"
LANGUAGES = ("es", "de", "fr", "pt")


@dataclass
class Talk:
    """A conversation under way, and all that was replied."""

    conversation: Conversation = field(default_factory=lambda: Conversation.open(CONVERSATION, "api"))
    plans: list[Plan] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)

    def say(self, *messages: str) -> "Talk":
        """Say one thing after the other and hear every reply whole."""
        for message in messages:
            turn_id = uuid5(CONVERSATION, str(len(self.plans)))
            plan = plan_turn(self.conversation, message, turn_id, PLAYBOOK)
            after, reply = _completed(plan)
            self.conversation = with_reply(after, reply)
            self.plans.append(plan)
            self.replies.append(reply)
        return self

    @property
    def reply(self) -> str:
        """The last reply."""
        return self.replies[-1]

    @property
    def signal(self) -> str:
        """What the last message was heard to mean."""
        return self.plans[-1].signal.value

    def known(self, slot: str) -> object:
        """The value of a slot, None when it is unknown."""
        told = getattr(self.conversation.profile, slot)
        return told.value if told else None


def talk(*messages: str) -> Talk:
    """A conversation in which the visitor said these things."""
    told_before = _talked(messages)
    return Talk(told_before.conversation, list(told_before.plans), list(told_before.replies))


@cache
def _talked(messages: tuple[str, ...]) -> Talk:
    """Many tests begin alike, so a beginning is talked through once."""
    if not messages:
        return Talk()
    *earlier, last = messages
    return talk(*earlier).say(last)


def _completed(plan: Plan) -> tuple[Conversation, str]:
    conversation = plan.conversation
    if plan.needs == "proposal":
        request = ProposalRequested(
            conversation_id=CONVERSATION,
            turn_id=plan.turn_id,
            revision=conversation.revision + 1,
            profile=conversation.profile,
            change_wish=plan.change_wish,
        )
        proposal = draft_from_template(request, PLAYBOOK)
        tier = recommend_tier(request.profile, spoken(request, PLAYBOOK))
        conversation = with_proposal(conversation, proposal, tier)
        return conversation, f"{plan.script}\n\n{say_proposal(conversation, proposal, tier, PLAYBOOK)}"
    if plan.needs == "booking":
        conversation = with_booking_link(conversation, LINK)
        return conversation, f"{plan.script}\n\n{say_booking(conversation, LINK, PLAYBOOK)}"
    return conversation, plan.script
