"""A visitor to talk to: drives the pure conversation as the service does, with stand-ins for the results."""

import re
from collections.abc import Sequence
from functools import cache
from typing import ClassVar, Self
from uuid import UUID, uuid5

import evals.talk
from contracts.values import Profile, Proposal, Slot, TierRecommendation
from evals.talk import Exchange, Others
from playbook import Playbook
from services.dialogue.domain import Conversation, Plan
from tests.support.playbooks import SHIPPED

PLAYBOOK: Playbook = SHIPPED
CONVERSATION = UUID("11111111-1111-4111-8111-111111111111")
LINK = "https://calendly.com/instaagents/discovery-demo/one"


class StandIns:
    """What stands in for the other services: what the visitor said, put in its places."""

    def draft(self, plan: Plan) -> tuple[Proposal, TierRecommendation]:
        """A proposal and a tier of what is known so far."""
        profile = plan.conversation.profile
        return a_proposal(profile), a_tier(profile)

    def link(self, conversation: Conversation) -> str:
        """The same link for everybody."""
        return LINK


class Talk(evals.talk.Talk):
    """A conversation under way."""

    of: ClassVar[UUID] = CONVERSATION
    made_by: ClassVar[Others] = StandIns()

    def __init__(self, conversation: Conversation | None = None, exchanges: Sequence[Exchange] = ()) -> None:
        opened = conversation or Conversation.open(self.of, "api")
        super().__init__(opened, PLAYBOOK, self.made_by, list(exchanges))

    def say(self, *messages: str) -> Self:
        """Say one thing after the other and hear every reply whole."""
        for message in messages:
            self.hear(message, uuid5(self.of, str(len(self.exchanges))))
        return self

    @classmethod
    def after(cls, *messages: str) -> Self:
        """A conversation in which the visitor said these things."""
        told_before = cls._talked(messages)
        return cls(told_before.conversation, told_before.exchanges)

    @classmethod
    @cache
    def _talked(cls, messages: tuple[str, ...]) -> Self:
        """Many tests begin alike, so a beginning is talked through once."""
        if not messages:
            return cls()
        *earlier, last = messages
        return cls.after(*earlier).say(last)

    @property
    def reply(self) -> str:
        """The last reply."""
        return self.exchanges[-1].reply

    @property
    def plan(self) -> Plan:
        """The last plan."""
        return self.exchanges[-1].plan

    @property
    def plans(self) -> list[Plan]:
        """Every plan."""
        return [exchange.plan for exchange in self.exchanges]

    @property
    def replies(self) -> list[str]:
        """Every reply."""
        return [exchange.reply for exchange in self.exchanges]

    @property
    def signal(self) -> str:
        """What the last message was heard to mean."""
        return self.plan.signal.value

    @property
    def stages(self) -> list[str]:
        """The stage of every answer."""
        return [exchange.stage.value for exchange in self.exchanges]

    @property
    def questions(self) -> list[str]:
        """Every question we asked."""
        return [question for exchange in self.exchanges for question in questions_in(exchange.reply)]

    def known(self, slot: str) -> object:
        """What the visitor told of a slot."""
        return told(self.conversation.profile, slot)


def talk(*messages: str) -> Talk:
    """A conversation in which the visitor said these things."""
    return Talk.after(*messages)


def told(profile: Profile, slot: str) -> object:
    """The value of a slot, None when it is unknown."""
    known = getattr(profile, slot)
    return known.value if known else None


def known(value: object) -> Slot[object]:
    """A slot that was told in an earlier turn."""
    return Slot(value=value, words=str(value), turn_id=CONVERSATION)


def questions_in(reply: str) -> list[str]:
    """The questions of a reply, without what stands before them."""
    return [question.strip() for question in re.findall(r"[^.!?\n:]*\?", reply)]


def a_proposal(profile: Profile) -> Proposal:
    """A stand-in for the proposal service: what the visitor said, put in its places."""
    return Proposal(
        agent_name="Your First AI Agent",
        summary="A first AI agent for your business.",
        does=profile.steps.value if profile.steps else ("does the routine part of the task",),
        out_of_scope=profile.out_of_scope.value if profile.out_of_scope else (),
        integrations=profile.tools.value if profile.tools else (),
        hours_now_per_week=profile.hours_per_week.value if profile.hours_per_week else None,
        success_measure=profile.success_measure.value if profile.success_measure else None,
        delivery=PLAYBOOK.proposal.delivery,
    )


def a_tier(profile: Profile) -> TierRecommendation:
    """A stand-in for the tier rule: the team's size alone decides."""
    people = profile.team_size.value if profile.team_size else 0
    tier = PLAYBOOK.tier("enterprise" if people > 50 else "growth" if people > 15 else "starter")
    return TierRecommendation(
        tier=tier.key,
        name=tier.name,
        monthly_price_usd=tier.monthly_price_usd,
        includes=tier.includes,
        reason="That is the size of your team.",
        would_change="With another team size it would be another tier.",
    )


# Everything up to the proposal, in seven messages.
UP_TO_THE_PROPOSAL = (
    "I run a bakery.",
    "8 people",
    "Taking phone orders eats up our mornings.",
    "phone orders",
    "The customer calls, we write it down, check the stock, and call back.",
    "Excel and Gmail",
    "12 hours a week",
)


def shown_the_proposal() -> Talk:
    """A visitor who just read the proposal."""
    return talk(*UP_TO_THE_PROPOSAL)


def shown_the_tier() -> Talk:
    """A visitor who accepted the proposal and just read which tier fits."""
    return talk(*UP_TO_THE_PROPOSAL, "Looks good to me.")


def shown_the_link() -> Talk:
    """A visitor who just read the booking link."""
    return talk(*UP_TO_THE_PROPOSAL, "Looks good to me.", "Yes, please.")
