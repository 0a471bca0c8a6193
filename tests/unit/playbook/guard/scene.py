"""A conversation under the guard: the visitor's messages, a model's sentences, a judge's verdicts."""

from pathlib import Path
from uuid import UUID

import yaml

from contracts.values import Profile, Slot
from playbook.guard import AllowedClaims, Finding, GuardedReply, Reason, Verdict
from tests.support.playbooks import SHIPPED

TURN = UUID("11111111-1111-4111-8111-111111111111")
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


def allowed(*messages: str, language: str | None = None) -> AllowedClaims:
    """What may be claimed to a visitor who wrote these."""
    slot = Slot[str](value=language, words=language, turn_id=TURN) if language else None
    return AllowedClaims.of(
        SHIPPED, Profile(language=slot), messages, inner_names=("success_measure", "want_demo")
    )


def guarded(
    reply: str, *messages: str, language: str | None = None, verdict: Verdict | None = None
) -> GuardedReply:
    """A reply that came in one piece, each unsure sentence with this verdict."""
    guard = GuardedReply(allowed(*(messages or VISITOR), language=language))
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
