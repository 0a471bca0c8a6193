"""Conversations and understandings for tests of dialogue; a test states only what matters to it."""

from typing import Any
from uuid import UUID, uuid5

from contracts.values import Profile, Proposal, Slot, Stage, TierRecommendation
from playbook.reading.meaning import Intent, SlotUpdate, Understanding
from playbook.reading.talk import Message
from services.dialogue.domain.conversation import Awaiting, Conversation, Reply, with_messages

CONVERSATION = UUID("1171da91-ee73-45b2-ba24-fc1820001af3")
URL = "https://calendly.com/instaagents/discovery-demo?utm_term=1"


def a_message(text: str, number: int = 1) -> Message:
    """The visitor's n-th message."""
    return Message(turn_id=uuid5(CONVERSATION, str(number)), text=text)


def a_conversation(*texts: str, **state: Any) -> Conversation:
    """A conversation in which the visitor wrote these texts."""
    opened = Conversation.open(CONVERSATION, "widget").model_copy(update=state)
    return with_messages(opened, [a_message(text, number) for number, text in enumerate(texts, start=1)])


def a_slot(value: Any, **more: Any) -> Slot[Any]:
    """A slot as it is when the visitor said just this."""
    return Slot(value=value, words=str(value), turn_id=a_message("").turn_id, **more)


def a_profile(**values: Any) -> Profile:
    return Profile(**{name: a_slot(value) for name, value in values.items()})


_TASK, _KEPT = "rescheduling appointments", {"out_of_scope": ("insurance questions",)}
_WORDS = {"business_type": "dental clinic", "challenge": _TASK, "task": _TASK, "tools": ("Gmail", "Dentrix")}
_FIGURES = {"team_size": 22, "hours_per_week": 25.0, "success_measure": "under 5 hours a week"}
FULL = a_profile(**_WORDS, **_FIGURES, **_KEPT, steps=("look into the calendar", "offer two slots"))


def a_proposal(**values: Any) -> Proposal:
    said = {"agent_name": "Rescheduling Agent", "summary": "Takes rescheduling off the front desk."}
    does = {"does": ("looks into the calendar", "offers two slots"), "integrations": ("Gmail", "Dentrix")}
    work = {"hours_now_per_week": 25.0, "success_measure": "under 5 hours a week", **_KEPT}
    return Proposal(**(said | does | work | {"delivery": "First version in two weeks."} | values))


def a_tier(**values: Any) -> TierRecommendation:
    offer = {"tier": "growth", "name": "Growth", "monthly_price_usd": 2500, "includes": ("three AI agents",)}
    why = {"reason": "You are a team of 22.", "would_change": "With 15 people or fewer it would be Starter."}
    return TierRecommendation(**(offer | why | values))


def proposed(*texts: str, **state: Any) -> Conversation:
    usual = {"stage": Stage.PROPOSE, "profile": FULL, "proposal": a_proposal(), "tier": a_tier()}
    return a_conversation(*texts, **(usual | state))


# A draft that a turn waits for.
_ITS_TURN = {"request_event_id": CONVERSATION, "cause_id": CONVERSATION, "turn_ids": (CONVERSATION,)}
DRAFT = Awaiting(kind="proposal", lead_in=Reply(text="", author="script"), **_ITS_TURN)


def an_update(slot: Any, *values: str, quote: str | None = None, **more: Any) -> SlotUpdate:
    """An update whose quote is its first value, unless it is given."""
    return SlotUpdate(slot=slot, values=values, quote=values[0] if quote is None else quote, **more)


def meaning(*intents: Intent, updates: tuple[SlotUpdate, ...] = (), **more: Any) -> Understanding:
    """An understanding; without intents, of somebody who answers."""
    return Understanding(intents=intents or (Intent.ANSWER,), updates=updates, **more)
