"""A conversation under the guard: the visitor's messages, a model's sentences, a judge's verdicts."""

from pathlib import Path
from uuid import UUID, uuid5

import yaml

from contracts.values import Slot
from services.dialogue.domain.conversation import Conversation, Message, with_messages
from services.dialogue.domain.guard import AllowedClaims, Finding, GuardedReply, Reason, Verdict
from tests.support.playbooks import SHIPPED

CONVERSATION = UUID("11111111-1111-4111-8111-111111111111")
LINK = "https://calendly.com/instaagents/discovery-demo/one"
VISITOR = (
    "hi, we are 22 people, bike parts wholesale. so the pilot is free, right? can I get a discount,"
    " like 50% off? I was told Starter is $99.",
    "typing orders eats 6 hours a week. what do I get? I run a bakery. "
    "invoices come as PDF. we use Gmail and Xero.",
)
CARRIED = Verdict(Finding.CARRIED, ("what_we_do",))


def wrong_sentences() -> dict[str, list[str]]:
    """Sentences that must never be said, by language."""
    file = Path(__file__).parent / "wrong.yaml"
    listed: dict[str, list[str]] = yaml.load(file.read_text(encoding="utf-8"), yaml.CBaseLoader)
    return listed


def conversation(*messages: str, language: str | None = None) -> Conversation:
    """A conversation in which the visitor wrote these."""
    turns = [
        Message(turn_id=uuid5(CONVERSATION, str(place)), text=text) for place, text in enumerate(messages)
    ]
    opened = with_messages(Conversation.open(CONVERSATION, "widget"), turns)
    if language is None:
        return opened
    slot = Slot[str](value=language, words=language, turn_id=uuid5(CONVERSATION, "0"))
    return opened.model_copy(update={"profile": opened.profile.model_copy(update={"language": slot})})


def guarded(
    reply: str, *messages: str, language: str | None = None, verdict: Verdict | None = None
) -> GuardedReply:
    """A reply that came in one piece, each unsure sentence with this verdict."""
    allowed = AllowedClaims.of(conversation(*(messages or VISITOR), language=language), SHIPPED)
    guard = GuardedReply(allowed)
    guard.add(reply)
    guard.finish()
    guard.settle([verdict] * len(guard.ask()))
    return guard


def is_sure(sentence: str, *messages: str, language: str | None = None) -> bool:
    """Whether code shows it without a judge."""
    return guarded(sentence, *messages, language=language).text == sentence


def hard_reasons(reply: str, *messages: str, language: str | None = None) -> list[Reason]:
    """Why sentences are not shown even if a judge found that facts carry them."""
    guard = guarded(reply, *messages, language=language, verdict=CARRIED)
    return [violation.reason for violation in guard.violations]
