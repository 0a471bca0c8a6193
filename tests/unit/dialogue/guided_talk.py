"""A guided conversation: the test says what each message means, the rest goes as in the service."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from contracts.values import Proposal, TierRecommendation
from playbook import Playbook
from playbook.reading.meaning import (
    UNKNOWN_QUESTION,
    Intent,
    SlotName,
    SlotUpdate,
    Understanding,
)
from playbook.reading.talk import Message, QuickReply
from playbook.reading.updates import apply_updates
from services.dialogue.domain.conversation import (
    Awaiting,
    Conversation,
    Reply,
    with_booking_link,
    with_messages,
    with_proposal,
    with_question,
    with_reply,
)
from services.dialogue.domain.language import with_language
from services.dialogue.domain.quick_replies import quick_replies_for
from services.dialogue.domain.results import booking_text, language_notice, proposal_text
from services.dialogue.domain.speech import speak_without_model
from services.dialogue.domain.stage_machine import ActionKind, NextAction, decide
from tests.support.playbooks import SHIPPED

CONVERSATION = UUID("11111111-1111-4111-8111-111111111111")
LINK = "https://calendly.com/instaagents/discovery-demo?utm_content=one"
LANGUAGES = ("en", "es", "de", "fr", "pt")
PLAYBOOK = SHIPPED
FACTS = {code: SHIPPED.spoken_in(code).facts.fact("data").says for code in LANGUAGES}
PROPOSAL = Proposal(
    agent_name="Ada 2",
    summary="Ada 2.",
    does=("1",),
    out_of_scope=("2",),
    integrations=("Xero", "Gmail"),
    hours_now_per_week=6,
    hours_saved_per_week=4,
    success_measure="3",
    delivery="4",
    to_look_at=("5",),
    done_today="10",
)


def a_tier(key: str = "growth", reason: str = "6.", would_change: str = "7.") -> TierRecommendation:
    tier = PLAYBOOK.tier(key)
    return TierRecommendation(
        tier=key,
        name=tier.name,
        monthly_price_usd=tier.monthly_price_usd,
        includes=("8", "9"),
        reason=reason,
        would_change=would_change,
    )


def update(slot: SlotName, *values: str, quote: str | None = None) -> SlotUpdate:
    return SlotUpdate(slot=slot, values=values, quote=quote or values[0])


@dataclass
class GuidedTalk:
    """A conversation under way, in one language."""

    language: str = "en"
    conversation: Conversation = field(default_factory=lambda: Conversation.open(CONVERSATION, "widget"))
    replies: list[str] = field(default_factory=list)
    action: NextAction = field(default_factory=lambda: NextAction(kind=ActionKind.CLOSE))

    @property
    def playbook(self) -> Playbook:
        return PLAYBOOK.spoken_in(self.language)

    @property
    def reply(self) -> str:
        return self.replies[-1]

    @property
    def labels(self) -> list[str]:
        return [offered.label for offered in self.conversation.quick_replies]

    def say(
        self,
        text: str,
        *updates: SlotUpdate,
        intents: Sequence[Intent] = (),
        questions: Sequence[str] = (),
        leaves_open: Sequence[SlotName] = (),
    ):
        """Send a message that means this."""
        meaning = Understanding(
            intents=tuple(intents) or ((Intent.ANSWER,) if updates else (Intent.OTHER,)),
            updates=updates,
            questions=tuple(questions),
            leaves_open=tuple(leaves_open),
            language=self.language,
        )
        return self.send(text, meaning)

    def pick(self, label: str):
        """Send the label of a quick reply."""
        picked = next(offered for offered in self.conversation.quick_replies if offered.label == label)
        return self.send(picked.label, picked.means)

    def send(self, text: str, meaning: Understanding):
        message = Message(turn_id=uuid5(CONVERSATION, str(len(self.replies))), text=text)
        before = with_messages(self.conversation, (message,))
        before = with_language(before, meaning.language, PLAYBOOK)
        profile = apply_updates(before.profile, meaning.updates, before.visitor_messages)
        skipped = before.open_question if meaning.wants(Intent.SKIP) else None
        conversation = before.model_copy(
            update={
                "profile": profile,
                "skipped": (*before.skipped, *([skipped] if skipped else []), *meaning.leaves_open),
                "chosen_tier": meaning.tier or before.chosen_tier,
                "has_declined": before.has_declined or meaning.wants(Intent.DECLINE),
            }
        )
        self.action = decide(conversation, meaning, PLAYBOOK)
        is_asked = self.action.kind is ActionKind.ASK and not language_notice(conversation, PLAYBOOK)
        conversation = with_question(conversation, self.action.slot if is_asked else None)
        reply = speak_without_model(conversation, self.action, meaning, PLAYBOOK)
        offered = quick_replies_for(conversation, self.action, PLAYBOOK, meaning)
        return self._replied(conversation, reply, offered, meaning)

    def _replied(
        self, conversation: Conversation, reply: str, offered: tuple[QuickReply, ...], meaning: Understanding
    ):
        kind = self.action.kind
        if kind in {ActionKind.PROPOSE, ActionKind.REDRAFT}:
            conversation = with_proposal(conversation, PROPOSAL, a_tier())
            reply = f"{reply}\n\n{proposal_text(conversation, None, PLAYBOOK)}"
        if kind is ActionKind.BOOK and conversation.booking_url is None:
            conversation = with_booking_link(conversation, LINK)
            reply = f"{reply}\n\n{booking_text(conversation, LINK, PLAYBOOK)}"
        if UNKNOWN_QUESTION in meaning.questions:
            conversation = conversation.model_copy(update={"has_deferred": True})
        self.conversation = with_reply(conversation, reply, offered)
        self.replies.append(reply)
        return self

    def awaiting(self, kind: str = "proposal"):
        """A result was requested and did not come yet."""
        waiting = Awaiting(
            kind=kind,
            request_event_id=CONVERSATION,
            cause_id=CONVERSATION,
            turn_ids=(CONVERSATION,),
            lead_in=Reply(text="-", author="script"),
        )
        self.conversation = self.conversation.model_copy(update={"awaiting": waiting})
        return self


def up_to_the_proposal(language: str = "en") -> GuidedTalk:
    """A visitor who just read the proposal."""
    talk = GuidedTalk(language)
    talk.say("AB & C", update("business_type", "AB & C"))
    talk.say("22", update("team_size", "22"))
    talk.say("D E", update("challenge", "D E"))
    talk.say("F G", update("task", "F G"))
    talk.say("1, 2", update("steps", "1", "2", quote="1, 2"))
    talk.say("Xero, Gmail", update("tools", "Xero", "Gmail", quote="Xero, Gmail"))
    talk.say("6", update("hours_per_week", "6"))
    return talk.say("3", update("success_measure", "3"))
