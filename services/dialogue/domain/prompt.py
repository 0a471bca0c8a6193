"""What a language model is told: the rules and facts, the talk, the state, the newest messages.

The rules come first and are the same in every turn of a language, and the talk before the state, so that a
server can cache the beginning of the prompt.
"""

from collections.abc import Sequence
from itertools import takewhile
from typing import Literal

from playbook import Playbook, Prompt, once_for_each
from services.dialogue.domain.canary import canary_of
from services.dialogue.domain.conversation import Conversation, Utterance
from services.dialogue.domain.prompt_state import as_material, marked, state_values
from services.dialogue.domain.stage_machine import NextAction
from services.dialogue.domain.summary import recent_utterances
from services.dialogue.domain.understanding import SLOT_NAMES, Intent

PromptMessage = tuple[Literal["system", "user", "assistant"], str]

_SLOTS = ", ".join(SLOT_NAMES)
_INTENTS = ", ".join(Intent)


def instructions_in(prompt: Prompt) -> Sequence[str]:
    """What a model must never say again; the guard looks for it."""
    return (*prompt.told_before_a_reply, _SLOTS, _INTENTS)


def opening_of(conversation: Conversation, playbook: Playbook) -> str:
    """The first words of a conversation say that an AI speaks; code says them, later there are none."""
    if conversation.is_introduced:
        return ""
    return f"{playbook.lines.greeting} {playbook.company.disclosure}"


def prompt_for_turn(
    conversation: Conversation, legal: Sequence[NextAction], playbook: Playbook
) -> tuple[PromptMessage, ...]:
    """The messages that ask what the newest messages mean, for an action out of `legal`, and for a reply."""
    spoken = spoken_playbook(conversation, playbook)
    return _messages(conversation, spoken, _state(conversation, legal, spoken))


def prompt_for_reply(
    conversation: Conversation,
    action: NextAction,
    playbook: Playbook,
    *,
    questions: Sequence[str] = (),
    shown: str = "",
    refused: Sequence[tuple[str, str]] = (),
) -> tuple[PromptMessage, ...]:
    """The messages that ask for the words of a reply whose action is decided.

    `questions` are ids of facts. `shown` is what the visitor has read of the reply. `refused` are sentences
    that could not be shown, each behind its reason.
    """
    spoken = spoken_playbook(conversation, playbook)
    prompt = spoken.prompt.phrase
    lines = "\n".join(f"- {reason}: {as_material(sentence)}" for reason, sentence in refused)
    task = prompt.task.format(
        action=action.key,
        questions=", ".join(questions) or "none",
        shown=prompt.shown.format(shown=shown) if shown else "",
        refused=prompt.refused.format(refused=lines) if refused else "",
    )
    state = _state(conversation, [action], spoken, has_begun=bool(shown))
    return _messages(conversation, spoken, f"{state}\n{task}")


def spoken_playbook(conversation: Conversation, playbook: Playbook) -> Playbook:
    """The playbook in the visitor's language, if there is one."""
    language = conversation.profile.language
    return playbook.spoken_in(language.value if language else None)


def _messages(conversation: Conversation, playbook: Playbook, state: str) -> tuple[PromptMessage, ...]:
    talk = recent_utterances(conversation.history)
    newest = len(list(takewhile(lambda utterance: utterance.role == "visitor", reversed(talk))))
    before, after = talk[: len(talk) - newest], talk[len(talk) - newest :]
    return (
        ("system", _rules(playbook)),
        *map(_as_message, before),
        ("system", state),
        *map(_as_message, after),
    )


@once_for_each
def _rules(playbook: Playbook) -> str:
    company, price_of = playbook.company, playbook.language.price_of
    questions = (question for stage in playbook.stages.values() for question in stage.questions)
    return playbook.prompt.turn.rules.format(
        bot_name=company.bot_name,
        company=company.name,
        does=company.does,
        voice=company.voice,
        most_words=playbook.prompt.turn.most_words,
        prices="; ".join(
            f"{tier.name} (key {tier.key}) {price_of(tier.monthly_price_usd)} a month"
            for tier in playbook.catalogue
        ),
        questions="\n".join(f"- {question.slot}: {question.goal}" for question in questions),
        facts="\n".join(f"- {fact.id}: {fact.says}" for fact in playbook.facts.facts),
        canary=canary_of(playbook),
    )


def _state(
    conversation: Conversation, legal: Sequence[NextAction], playbook: Playbook, *, has_begun: bool = False
) -> str:
    """The state; what code says in front of the first reply is told unless the visitor read more."""
    prompt = playbook.prompt.turn
    language = _language(conversation, playbook)
    opening = "" if has_begun else opening_of(conversation, playbook)
    return prompt.state.format(
        language=prompt.language.format(name=language) if language else "",
        opening=prompt.opening.format(opening=opening) if opening else "",
        **state_values(conversation, legal, playbook),
    ).strip()


def _language(conversation: Conversation, playbook: Playbook) -> str:
    """By its name where the playbook speaks it, by its tag elsewhere, empty while nobody has told it."""
    language = conversation.profile.language
    if language is None:
        return ""
    is_spoken = language.value.casefold().partition("-")[0] == playbook.language.code
    return playbook.language.name if is_spoken else as_material(language.value)


def _as_message(utterance: Utterance) -> PromptMessage:
    if utterance.role == "bot":
        return "assistant", utterance.text
    return "user", marked(utterance.text)
