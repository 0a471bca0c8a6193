"""A conversation under the guard: the visitor's messages, a model's sentences, a judge's verdicts."""

from pathlib import Path

import yaml

from playbook.guard import AllowedClaims, Finding, GuardedReply, Reason, Verdict
from tests.support.playbooks import SHIPPED
from tests.support.talks import knows

VISITOR = (
    "hi, we are 22 people, bike parts wholesale. so the pilot is free, right? can I get a discount,"
    " like 50% off? I was told Starter is $99.",
    "typing orders eats 6 hours a week. what do I get? I run a bakery. "
    "invoices come as PDF. we use Gmail and Xero.",
)
CARRIED, ABOUT_VISITOR = Verdict(Finding.CARRIED, ("what_we_do",)), Verdict(Finding.ABOUT_VISITOR)


def wrong_sentences() -> dict[str, list[str]]:
    """Sentences that must never be said, by language."""
    file = Path(__file__).parent / "wrong.yaml"
    listed: dict[str, list[str]] = yaml.load(file.read_text(encoding="utf-8"), yaml.CBaseLoader)
    return listed


def allowed(*messages: str, **told: str) -> AllowedClaims:
    """What may be claimed in 2026 to a visitor who wrote these; `told` are slots."""
    inner_names = ("success_measure", "want_demo")
    return AllowedClaims.of(SHIPPED, knows(**told), messages, inner_names=inner_names, year=2026)


def guarded(reply: str, *messages: str, verdict: Verdict | None = None, **told: str) -> GuardedReply:
    """A reply that came in one piece, each unsure sentence with this verdict."""
    guard = GuardedReply(allowed(*(messages or VISITOR), **told))
    guard.add(reply)
    guard.finish()
    guard.settle([verdict] * len(guard.ask()))
    return guard


def is_sure(sentence: str, *messages: str, **told: str) -> bool:
    """Whether code shows it without a judge."""
    return guarded(sentence, *messages, **told).text == sentence


def reasons(reply: str, *messages: str, verdict: Verdict | None = CARRIED, **told: str) -> list[Reason]:
    """Why sentences are not shown, by default even if a judge found that facts carry them."""
    return [each.reason for each in guarded(reply, *messages, verdict=verdict, **told).violations]
