"""A conversation under the guard: the fact sheet, the visitor's messages, the sentences of a model."""

from functools import cache
from pathlib import Path
from uuid import UUID, uuid5

import yaml

from contracts.values import Slot
from playbook import Playbook
from playbook.facts import Fact, FactSheet
from services.dialogue.domain.conversation import Conversation, Message, with_messages
from services.dialogue.domain.guard import AllowedClaims, GuardedReply, Reason, check_sentence
from tests.support.playbooks import SHIPPED

CONVERSATION = UUID("11111111-1111-4111-8111-111111111111")
LINK = "https://calendly.com/instaagents/discovery-demo/one"
_HERE = Path(__file__).parent
VISITOR = (
    "hi, we are 22 people, bike parts wholesale. so the pilot is free, right? can I get a discount,"
    " like 50% off? I was told Starter is $99.",
    "typing orders eats 6 hours a week. what do I get? I run a bakery. "
    "invoices come as PDF. we use Gmail and Xero.",
)


def in_languages(name: str) -> dict[str, list[str]]:
    """Sentences by language, of a file beside this one."""
    listed: dict[str, list[str]] = yaml.load(
        (_HERE / f"{name}.yaml").read_text(encoding="utf-8"), yaml.CBaseLoader
    )
    return listed


@cache
def playbook() -> Playbook:
    """The shipped playbook with the fact sheet of these tests, in five languages."""
    raw = yaml.load((_HERE / "facts.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    sheets = {
        code: FactSheet(facts=tuple(Fact(id=name, says=says) for name, says in facts.items()))
        for code, facts in raw.items()
    }
    packs = {
        code: pack.model_copy(update={"facts": sheets[code]}) for code, pack in SHIPPED.languages.items()
    }
    return SHIPPED.model_copy(update={"facts": sheets["en"], "languages": packs})


def conversation(*messages: str, language: str | None = None) -> Conversation:
    """A conversation in which the visitor wrote these."""
    turns = [
        Message(turn_id=uuid5(CONVERSATION, str(place)), text=text) for place, text in enumerate(messages)
    ]
    turn_id = uuid5(CONVERSATION, "0")
    opened = with_messages(Conversation.open(CONVERSATION, "widget"), turns)
    if language is None:
        return opened
    slot = Slot[str](value=language, words=language, turn_id=turn_id)
    return opened.model_copy(update={"profile": opened.profile.model_copy(update={"language": slot})})


def allowed(*messages: str, language: str | None = None) -> AllowedClaims:
    """What may be claimed after these messages."""
    return AllowedClaims.of(conversation(*(messages or VISITOR), language=language), playbook())


def is_shown(sentence: str, *messages: str, language: str | None = None) -> bool:
    """Whether a sentence passes after these messages."""
    return check_sentence(sentence, allowed(*messages, language=language)) is None


def said(reply: str, *messages: str, language: str | None = None) -> str:
    """What is shown of a whole reply."""
    return guarded(reply, *messages, language=language).text


def reasons(reply: str, *messages: str) -> list[Reason]:
    """Why sentences of a reply are not shown."""
    return [violation.reason for violation in guarded(reply, *messages).violations]


def guarded(reply: str, *messages: str, language: str | None = None) -> GuardedReply:
    """A reply that came in one piece."""
    guard = GuardedReply(allowed(*messages, language=language))
    guard.add(reply)
    guard.finish()
    return guard
