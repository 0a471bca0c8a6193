"""A model's reply in a conversation, as the guard lets it through."""

from playbook import Playbook
from services.dialogue.domain import Review, plan_turn
from tests.unit.dialogue.builders import CONVERSATION, PLAYBOOK, Talk, talk


def reviewed(
    reply: str, before: Talk | None = None, message: str = "We are 8.", playbook: Playbook = PLAYBOOK
) -> Review:
    """The review of a reply; the visitor runs a bakery and was asked how many people work there."""
    spoken = before or talk("hi", "I run a bakery.")
    plan = plan_turn(spoken.conversation, message, CONVERSATION, playbook)
    review = Review(plan, playbook)
    review.hear(reply)
    review.close()
    return review


def said(reply: str, before: Talk | None = None, message: str = "We are 8.") -> str:
    """What the visitor reads of a reply."""
    return reviewed(reply, before, message).text


def reasons(
    reply: str, before: Talk | None = None, message: str = "We are 8.", playbook: Playbook = PLAYBOOK
) -> list[str]:
    """Why sentences of a reply were refused."""
    return [refusal.reason for refusal in reviewed(reply, before, message, playbook).refusals]
