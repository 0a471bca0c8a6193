"""The guided conversation in this process: nothing is started and nothing is stored."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.events import ProposalRequested
from contracts.values import Proposal, TierRecommendation
from evals.player import Outcome, Reply
from evals.talk import Talk
from playbook import Playbook
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.turn import DecidedTurn
from services.proposal.domain.brief import Brief
from services.proposal.domain.draft import draft_from_template
from services.proposal.domain.tier import recommend_tier


@dataclass(frozen=True, slots=True)
class ByTemplate:
    """The proposal as the template writes it, and the public booking link."""

    playbook: Playbook

    def draft(self, decided: DecidedTurn) -> tuple[Proposal, TierRecommendation]:
        """What the proposal service makes of the profile without a model."""
        conversation = decided.conversation
        request = ProposalRequested(
            conversation_id=conversation.conversation_id,
            turn_id=decided.messages[-1].turn_id,
            revision=conversation.revision + 1,
            profile=conversation.profile,
            change_wish=conversation.change_wish,
            last_proposal=conversation.proposal,
            chosen_tier=conversation.chosen_tier,
        )
        brief = Brief.of(request, self.playbook)
        return draft_from_template(brief), recommend_tier(brief.profile, brief.playbook)

    def link(self, conversation: Conversation) -> str:
        """The link that the booking service falls back on."""
        return f"{self.playbook.booking.public_link}?utm_content={conversation.conversation_id}"


class InProcess:
    """The guided conversation without its services; the same lines give the same replies."""

    def __init__(self, playbook: Playbook, name: str) -> None:
        opened = Conversation.open(uuid5(NAMESPACE_URL, name), "api")
        self._talk = Talk(opened, playbook, ByTemplate(playbook))

    @property
    def conversation(self) -> Conversation:
        """The conversation as it stands."""
        return self._talk.conversation

    async def say(self, message: str) -> Reply:
        """Say a line; the whole reply."""
        turn = len(self._talk.exchanges) + 1
        return self.answer(message, uuid5(self.conversation.conversation_id, f"turn {turn}"))

    def answer(self, message: str, turn_id: UUID) -> Reply:
        """The reply to a line whose turn has this id."""
        answered = self._talk.answer(message, turn_id)
        url = self.conversation.booking_url
        return Reply(
            turn_id=turn_id,
            text=answered.reply,
            stage=answered.stage,
            calendly_shown=url is not None and url in answered.reply,
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
