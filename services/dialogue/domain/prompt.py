"""What a language model is told: the rules and facts, the talk, the state, the newest messages.

The rules come first and are the same in every turn of a language, and the talk before the state, so that a
server can cache the beginning of the prompt.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final, Literal

from playbook import Playbook, once_for_each, placeholders
from playbook.claims import shortened, visible
from playbook.guard.violation import Violation
from playbook.reading.talk import Utterance
from playbook.said_back import known_values
from playbook.tier_rule import tier_rule_of
from playbook.translation import figure_marks
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.language import opening_of, spoken
from services.dialogue.domain.stage_machine import ActionKind, NextAction, open_questions

PromptMessage = tuple[Literal["system", "user", "assistant"], str]

# A long reply is told in short: what code put into it, such as a proposal, stands in the state.
MOST_MESSAGES: Final = 8
LONGEST_REPLY: Final = 300
# What a person promised is not told in short.
LONGEST_OF_A_PERSON: Final = 1_200
# Of the visitor's earlier ones the beginnings are told, for corrections that refer to them.
LONGEST_EARLIER_LINE: Final = 80
MOST_EARLIER_LETTERS: Final = 480
_DRAFT_FIELDS: Final = {
    "agent_name", "does", "out_of_scope", "integrations", "to_look_at", "success_measure",
    "hours_now_per_week", "hours_saved_per_week",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseRequest:
    """A reply to be worded: the conversation after everything was decided, and the action of the reply.

    `questions` are ids of facts. `shown` is what the visitor has read of this reply already; `violations` are
    the sentences of a model that could not be shown.
    """

    conversation: Conversation
    action: NextAction
    questions: Sequence[str] = ()
    shown: str = ""
    violations: Sequence[Violation] = ()


def prompt_for_turn(conversation: Conversation, playbook: Playbook) -> tuple[PromptMessage, ...]:
    """The messages that ask what the newest messages mean, for an action, and for a reply."""
    own = spoken(conversation, playbook)
    state = _state(conversation, own, opening_of(conversation, own), _choice(conversation, own))
    return _messages(conversation, own, state)


def prompt_for_reply(request: PhraseRequest, playbook: Playbook) -> tuple[PromptMessage, ...]:
    """The messages that ask for the words of a reply whose action is decided."""
    conversation, shown = request.conversation, request.shown
    own = spoken(conversation, playbook)
    prompt = own.prompt.phrase
    lines = "\n".join(f"- {each.reason}: {as_material(each.sentence)}" for each in request.violations)
    task = prompt.task.format(
        action=request.action.key,
        questions=", ".join(request.questions) or "none",
        shown=prompt.shown.format(shown=shown) if shown else "",
        refused=prompt.refused.format(refused=lines) if lines else "",
    )
    opening = "" if shown else opening_of(conversation, own)
    return _messages(conversation, own, f"{_state(conversation, own, opening)}\n{task}")


def as_material(words: str) -> str:
    """Words of a visitor that cannot close the tag which marks them as material, nor hide anything."""
    return visible(words).replace("<", "\u2039").replace(">", "\u203a")


def earlier_lines(history: Sequence[Utterance]) -> tuple[str, ...]:
    """What the visitor wrote before the last messages, each shortened; the oldest go beyond a limit."""
    lines: list[str] = []
    left = MOST_EARLIER_LETTERS
    for utterance in reversed(history[:-MOST_MESSAGES]):
        if utterance.role == "visitor":
            line = shortened(" ".join(utterance.text.split()), LONGEST_EARLIER_LINE)
            left -= len(line)
            if left < 0:
                break
            lines.append(line)
    return tuple(reversed(lines))


def _messages(conversation: Conversation, playbook: Playbook, state: str) -> tuple[PromptMessage, ...]:
    talk = conversation.history[-MOST_MESSAGES:]
    newest = len(list(takewhile(lambda utterance: utterance.role == "visitor", reversed(talk))))
    before, after = talk[: len(talk) - newest], talk[len(talk) - newest :]
    return (
        ("system", _rules(playbook)),
        *(_as_message(utterance, playbook) for utterance in before),
        ("system", state),
        *(_as_message(utterance, playbook) for utterance in after),
    )


def _as_message(utterance: Utterance, playbook: Playbook) -> PromptMessage:
    if utterance.person is not None:
        text = shortened(utterance.text, LONGEST_OF_A_PERSON)
        return "system", playbook.prompt.turn.person.format(name=utterance.person, text=text)
    if utterance.role == "bot":
        return "assistant", shortened(utterance.text, LONGEST_REPLY)
    return "user", _marked(utterance.text)


@once_for_each
def _rules(playbook: Playbook) -> str:
    company = playbook.company
    questions = (question for stage in playbook.stages.values() for question in stage.questions)
    return playbook.prompt.turn.rules.format(
        bot_name=company.bot_name,
        company=company.name,
        does=company.does,
        voice=company.voice,
        most_words=playbook.prompt.turn.most_words,
        most_words_to_questions=playbook.prompt.turn.most_words_to_questions,
        tier_rule=tier_rule_of(playbook),
        questions="\n".join(f"- {question.slot}: {question.goal}" for question in questions),
        facts="\n".join(f"- {fact.id}: {fact.says}" for fact in playbook.facts.facts),
        canary=company.canary,
    )


def _state(conversation: Conversation, playbook: Playbook, opening: str, choice: str = "") -> str:
    """The lines of the template that have something to tell."""
    known = known_values(conversation.profile, without={"language"})
    values = {
        "language": _language(conversation, playbook),
        "no_questions": "ask none" if conversation.refuses_questions else "",
        "known": _marked(_compact(known)) if known else "",
        "skipped": ", ".join(conversation.skipped),
        "summary": " ".join(_happened(conversation)),
        "proposal": _proposal(conversation),
        "tier": _tier(conversation, playbook),
        "choice": choice,
        "opening": opening,
    }
    lines = playbook.prompt.turn.state.splitlines()
    told = (line for line in lines if any(values[name] for name in placeholders(line)))
    return "\n".join(line.format_map(values) for line in told)


def _choice(conversation: Conversation, playbook: Playbook) -> str:
    """The action that code will take, by what the message says."""
    choices = playbook.prompt.turn.choices
    if conversation.awaiting is not None:
        choice = choices.awaiting
    elif conversation.proposal is not None:
        is_decided = conversation.booking_url is not None or conversation.wants_person
        choice = choices.booked if is_decided else choices.proposed
    else:
        questions = ", ".join(_questions(conversation, playbook))
        choice = choices.asking.format(questions=questions) if questions else ActionKind.PROPOSE
        if conversation.booking_url is not None:
            choice = choices.linked.format(asking=choice)
    return choices.closed.format(otherwise=choice) if conversation.closed else choice


def _questions(conversation: Conversation, playbook: Playbook) -> Iterable[str]:
    for question in open_questions(conversation, playbook):
        times = conversation.times_asked(question.slot)
        yield f"ask:{question.slot} (asked {times}x)" if times else f"ask:{question.slot}"


def _language(conversation: Conversation, playbook: Playbook) -> str:
    """By its name where a file of the playbook has one, else by its tag and how it writes a price; or empty.

    A bare tag is a word of English: `it`, `is`, `no`.
    """
    language = conversation.profile.language
    if language is None:
        return ""
    code, own = language.value.casefold().partition("-")[0], playbook.language
    if own.name != code == own.code:
        return own.name
    thousands, decimal = figure_marks(code)
    figures = own.model_copy(update={"thousands": thousands, "decimal": decimal})
    price = figures.price_of(playbook.catalogue[0].monthly_price_usd)
    return f'the language with the BCP 47 tag "{as_material(language.value)}", with prices as {price}'


def _happened(conversation: Conversation) -> Iterable[str]:
    if lines := earlier_lines(conversation.history):
        yield f"Earlier they wrote, shortened: {_marked(' / '.join(lines))}."
    if conversation.proposal is not None:
        yield f"Draft {conversation.revision} of the proposal was shown."
    if conversation.change_wish:
        yield f"They asked for this change: {_marked(conversation.change_wish)}."
    if conversation.awaiting is not None:
        yield f"The {conversation.awaiting.kind} is being made and follows by itself."
    if conversation.booking_url is not None:
        yield f"The booking link was given: {conversation.booking_url}"
    if conversation.wants_person:
        number = "with their number" if conversation.wants_call else "a number they write here goes with it"
        yield f"They asked for a person, passed on already ({number}): neither link nor demo unless they ask."
    if conversation.has_deferred:
        yield "A question was put down for the colleagues before, and that was said."
    if conversation.has_demo:
        yield "A demo is booked, and its time was said."
    elif conversation.has_declined or conversation.closed:
        yield "They have said no before, or goodbye."


def _proposal(conversation: Conversation) -> str:
    draft = conversation.proposal
    told = draft.model_dump(include=_DRAFT_FIELDS) if draft else {}
    return _marked(_compact({name: value for name, value in told.items() if value})) if told else ""


def _tier(conversation: Conversation, playbook: Playbook) -> str:
    """The tier that the rule gave and why, and the one that the visitor chose instead."""
    tier, chosen = conversation.tier, conversation.chosen_tier
    choice = [f"the visitor chose {chosen}"] if chosen and (tier is None or chosen != tier.tier) else []
    if tier is None:
        return "".join(choice)
    price = playbook.language.price_of(tier.monthly_price_usd)
    # The reason may hold the visitor's words.
    recommended = f"{tier.name}, {price} a month. The reason: {as_material(tier.reason)}"
    return "; ".join([recommended, *choice])


def _compact(values: Mapping[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _marked(words: str) -> str:
    """Words of a visitor, marked as theirs here and in no template, so that none can leave it out."""
    return f"<visitor>{as_material(words)}</visitor>"
