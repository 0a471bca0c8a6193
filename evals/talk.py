"""A conversation through the pure domain alone: each message is led to the reply that its visitor reads."""

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from contracts.values import Proposal, Stage, TierRecommendation
from playbook import Playbook
from playbook.reading import understand
from playbook.reading.meaning import Understanding
from playbook.reading.talk import Message
from services.dialogue.domain.conversation import (
    Conversation,
    with_booking_link,
    with_messages,
    with_proposal,
    with_reply,
)
from services.dialogue.domain.language import spoken
from services.dialogue.domain.quick_replies import quick_replies_for
from services.dialogue.domain.results import booking_text, proposal_text, whole_draft
from services.dialogue.domain.speech import speak_without_model
from services.dialogue.domain.stage_machine import ActionKind, NextAction
from services.dialogue.domain.turn import DecidedTurn, decide_turn


class Others(Protocol):
    """What the other services add to a turn, made at once."""

    def draft(self, decided: DecidedTurn) -> tuple[Proposal, TierRecommendation]:
        """The proposal that the turn awaits, and the tier that goes with it."""
        ...

    def link(self, conversation: Conversation) -> str:
        """The booking link of the conversation."""
        ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """One message, what was decided on it, and the whole reply."""

    message: str
    decided: DecidedTurn
    reply: str
    stage: Stage


@dataclass
class Talk:
    """A guided conversation under way; the same messages under the same ids give the same replies."""

    conversation: Conversation
    playbook: Playbook
    others: Others
    exchanges: list[Exchange] = field(default_factory=list)

    def answer(self, text: str, turn_id: UUID, understood: Understanding | None = None) -> Exchange:
        """The exchange that a message with this turn's id leads to; `understood` in the reader's place."""
        messages = (Message(turn_id=turn_id, text=text),)
        before = with_messages(self.conversation, messages)
        understanding = understood or understand(messages, before, self.playbook)
        decided = decide_turn(before, messages, understanding, self.playbook)
        lead_in = speak_without_model(
            decided.conversation, decided.action, decided.understanding, self.playbook
        )
        after, result = self._with_result(decided)
        reply = "\n\n".join(part for part in (lead_in, result) if part)
        asked = NextAction(kind=ActionKind.REDRAFT) if decided.awaited == "proposal" else decided.action
        offered = quick_replies_for(after, asked, self.playbook, understanding)
        self.conversation = with_reply(after, reply, offered)
        self.exchanges.append(Exchange(text, decided, reply, after.stage))
        return self.exchanges[-1]

    def _with_result(self, decided: DecidedTurn) -> tuple[Conversation, str]:
        conversation, playbook = decided.conversation, spoken(decided.conversation, self.playbook)
        if decided.awaited == "proposal":
            proposal, tier = self.others.draft(decided)
            drafted = with_proposal(conversation, proposal, tier)
            read = drafted.model_copy(update={"read_draft": whole_draft(drafted, playbook)})
            return read, proposal_text(drafted, None, playbook)
        if decided.awaited == "booking":
            url = self.others.link(conversation)
            linked = with_booking_link(conversation, url)
            return linked, booking_text(linked, url, playbook)
        return conversation, ""
