"""The answers a visitor may pick after a reply, each with what it means."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from playbook import Playbook
from playbook.claims import folded
from playbook.reading.meaning import (
    NUMBER_SLOTS,
    SLOT_NAMES,
    UNKNOWN_QUESTION,
    Intent,
    Operation,
    SlotName,
    SlotUpdate,
    Understanding,
)
from playbook.reading.talk import QuickReply
from playbook.said_back import numbered_line, said_count
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.language import lacks_words_for, spoken
from services.dialogue.domain.reaction import asks_what_to_change, is_doubtful, parts_noted, stored_slots
from services.dialogue.domain.results import language_notice
from services.dialogue.domain.stage_machine import ActionKind, NextAction

_HOURS_LIMITS: Final = (5, 10, 20)
_SMALL_TEAM: Final = 5
_MOST_CANDIDATES: Final = 3
_LONGEST_LABEL: Final = 40
# The names of the questions that are offered: beside the first question, in place of one that has no answer,
# after a proposal, with the link.
_ASKED_FIRST: Final = ("about", "price")
_ASKED_INSTEAD: Final = ("price", "data", "terms", "demo")
_ASKED_OF_A_PROPOSAL: Final = ("tier", "fails")
_ASKED_OF_THE_DEMO: Final = ("demo",)
_CAN_GO_ON: Final = frozenset({ActionKind.ASK, ActionKind.ANSWER})


def quick_replies_for(
    conversation: Conversation,
    action: NextAction,
    playbook: Playbook,
    understanding: Understanding | None = None,
    *,
    is_translated: bool = False,
) -> tuple[QuickReply, ...]:
    """The quick replies that go with the reply to this action, in the language of the conversation.

    `conversation` is the one the reply was made from. With the `understanding` it answers, what was just
    understood may be taken back, and a visitor who wants a change and did not say which is offered the parts
    of the proposal. A visitor whose language the playbook does not have is offered those it has; where the
    playbook `is_translated`, nothing until it has the words.
    """
    is_asked_for_language = not is_translated and bool(language_notice(conversation, playbook))
    if is_asked_for_language and action.kind in {ActionKind.ASK, ActionKind.ANSWER}:
        return tuple(_languages(playbook))
    if is_translated and lacks_words_for(conversation, playbook) is not None:
        return ()
    own = spoken(conversation, playbook)
    labels = own.lines.quick_replies
    person = _wish(labels.person, Intent.WANT_PERSON)
    link = _wish(labels.link, Intent.WANT_DEMO)
    match action.kind:
        case ActionKind.ASK if understanding and understanding.candidates:
            offered = [*_candidates_of(understanding.candidates, own), person]
        case ActionKind.ASK if understanding and understanding.change_slot:
            offered = [person]
        case ActionKind.ASK:
            links = [link] if conversation.booking_url is None else []
            offered = [*_beside_a_question(action.slot, conversation, understanding, own), person, *links]
        case ActionKind.ANSWER if understanding and asks_what_to_change(conversation, understanding, own):
            offered = [*_changes(conversation, own), person]
        case ActionKind.ANSWER if conversation.proposal is None:
            offered = [person] if conversation.booking_url else [link, person]
        case ActionKind.PROPOSE | ActionKind.REDRAFT | ActionKind.ANSWER:
            has_doubt = understanding is not None and understanding.wants(Intent.OBJECT)
            offered = _after_the_proposal(conversation, own, has_doubt=has_doubt)
        case ActionKind.HAND_OVER if conversation.booking_url is None and not conversation.refuses_demo:
            offered = [link]
        case ActionKind.BOOK:
            offered = [*_questions(_ASKED_OF_THE_DEMO, own), person]
        case ActionKind.HOLD:
            offered = [person]
        case _:
            offered = []
    is_unknown = understanding is not None and UNKNOWN_QUESTION in understanding.questions
    instead = _ASKED_INSTEAD if is_unknown and action.kind in _CAN_GO_ON else ()
    return tuple({each.label: each for each in (*offered, *_questions(instead, own))}.values())


def _beside_a_question(
    slot: str | None, conversation: Conversation, understanding: Understanding | None, playbook: Playbook
) -> Iterable[QuickReply]:
    """Usual answers, at first questions to us, what may be taken back, and that the question is left out."""
    yield from _answers_to(slot, conversation, playbook)
    if not conversation.is_introduced:
        yield from _questions(_ASKED_FIRST, playbook)
    if understanding:
        yield from _taken_back(conversation, understanding, playbook)
    yield _wish(playbook.lines.quick_replies.skip, Intent.SKIP)


def _after_the_proposal(
    conversation: Conversation, playbook: Playbook, *, has_doubt: bool
) -> list[QuickReply]:
    labels = playbook.lines.quick_replies
    change = _wish(labels.change, Intent.WANT_CHANGE)
    person = _wish(labels.person, Intent.WANT_PERSON)
    if conversation.booking_url is not None:
        changes = [change] if conversation.proposal is not None else []
        return [*changes, *_questions(_ASKED_OF_THE_DEMO, playbook), person]
    accept = _wish(labels.accept, Intent.ACCEPT, Intent.WANT_DEMO)
    decline = _wish(labels.decline, Intent.DECLINE)
    cheaper = _tiers(conversation, playbook, are_cheaper=True) if has_doubt else ()
    return [accept, *cheaper, change, *_questions(_ASKED_OF_A_PROPOSAL, playbook), decline, person]


def _answers_to(slot: str | None, conversation: Conversation, playbook: Playbook) -> Iterable[QuickReply]:
    """What is usually answered to a question, or follows from what the visitor said."""
    usual = playbook.lines.quick_replies.answers
    match slot:
        case "team_size":
            rule = playbook.tier_rule
            conditions = (condition for case in rule.cases for condition in case.when_any)
            limits = {int(condition.over) for condition in conditions if condition.slot == "team_size"}
            return _ranges("team_size", sorted({_SMALL_TEAM, *limits}), playbook)
        case "hours_per_week":
            return _ranges("hours_per_week", _HOURS_LIMITS, playbook)
        case "task" if candidates := _candidates(conversation):
            return candidates
    # Beside the first question stand questions to us.
    named = [name for name in SLOT_NAMES if name == slot and conversation.is_introduced]
    return [_answer(name, text) for name in named for text in usual.get(name, ())]


def _candidates_of(candidates: Sequence[SlotUpdate], playbook: Playbook) -> Iterable[QuickReply]:
    """Each of what may be meant, as the reply names it."""
    labels = playbook.lines.quick_replies
    is_one_number = len(candidates) == 1 and candidates[0].slot in NUMBER_SLOTS
    for update in candidates:
        intent = Intent.CORRECT if update.operation is Operation.REMOVE else Intent.ANSWER
        means = Understanding(intents=(intent,), updates=(update,))
        label = update.values[0]
        if is_one_number and update.slot == "team_size":
            label = labels.everybody
        elif update.slot in NUMBER_SLOTS:
            label = said_count(update.slot, float(label), playbook, words=update.quote, up_to=update.up_to)
        yield QuickReply(label=label, means=means, is_named=True)
    if is_one_number:
        means = Understanding(intents=(Intent.CORRECT,), change_slot=candidates[0].slot)
        yield QuickReply(label=labels.another_number, means=means)


def _ranges(slot: SlotName, limits: Sequence[int], playbook: Playbook) -> Iterable[QuickReply]:
    """`1 to 15`, `16 to 50`, `more than 50` for the limits 15 and 50."""
    labels, number = playbook.lines.quick_replies, playbook.language.number
    for below, highest in pairwise((0, *limits)):
        label = labels.between.format(lowest=number(below + 1), highest=number(highest))
        yield _value(slot, label, str(below + 1), up_to=highest)
    if limits:
        yield _value(slot, labels.more_than.format(limit=number(limits[-1])), str(limits[-1] + 1))


def _candidates(conversation: Conversation) -> list[QuickReply]:
    """What the visitor named as costing time, as the task to begin with; of two alike, the shorter."""
    profile = conversation.profile
    named = [*(profile.time_wasters.value if profile.time_wasters else ())]
    if profile.challenge is not None:
        named.insert(0, profile.challenge.value)
    short = {folded(text): text for text in named if len(text) <= _LONGEST_LABEL}
    different = [
        text for said, text in short.items() if not any(other in said for other in short if other != said)
    ]
    return [_answer("task", text) for text in different[:_MOST_CANDIDATES]]


def _taken_back(
    conversation: Conversation, understanding: Understanding, playbook: Playbook
) -> Iterable[QuickReply]:
    """That what was just understood is not right, where it may be: what was not asked for in one word."""
    stored, label = stored_slots(conversation.profile, understanding), playbook.lines.quick_replies.not_right
    doubtful = {name for name, slot in stored.items() if name in NUMBER_SLOTS and is_doubtful(slot, playbook)}
    # Steps are taken apart, and of a first message nobody asked what the business is.
    doubtful |= {"steps"} & stored.keys() if conversation.is_introduced else {"business_type"} & stored.keys()
    removed = [
        SlotUpdate(slot=name, operation=Operation.REMOVE, values=(), quote=label)
        for name in SLOT_NAMES
        if name in doubtful
    ]
    if removed:
        yield QuickReply(label=label, means=Understanding(intents=(Intent.CORRECT,), updates=tuple(removed)))


def _changes(conversation: Conversation, playbook: Playbook) -> Iterable[QuickReply]:
    """The parts of what is noted, each to be told anew, and the other tiers."""
    for slot in parts_noted(conversation, playbook):
        means = Understanding(intents=(Intent.WANT_CHANGE,), change_slot=slot)
        yield QuickReply(label=numbered_line(slot, playbook), means=means, is_named=True)
    if conversation.proposal is not None:
        yield from _tiers(conversation, playbook)


def _tiers(
    conversation: Conversation, playbook: Playbook, *, are_cheaper: bool = False
) -> Iterable[QuickReply]:
    """The tiers besides the one that stands in the proposal; those alone that `are_cheaper`."""
    key = conversation.chosen_tier or (conversation.tier.tier if conversation.tier else None)
    limit = playbook.tier(key).monthly_price_usd if key and are_cheaper else None
    for tier in playbook.catalogue:
        if tier.key != key and (limit is None or tier.monthly_price_usd < limit):
            price = playbook.language.price_of(tier.monthly_price_usd)
            label = playbook.lines.quick_replies.other_tier.format(tier=tier.name, price=price)
            yield QuickReply(label=label, means=Understanding(intents=(Intent.ANSWER,), tier=tier.key))


def _questions(names: Iterable[str], playbook: Playbook) -> Iterable[QuickReply]:
    """Questions that a visitor may want to ask, each answered by its facts."""
    questions = playbook.lines.quick_replies.questions
    for name in names:
        if name in questions:
            means = Understanding(intents=(Intent.ASK,), questions=questions[name].facts)
            yield QuickReply(label=questions[name].label, means=means)


def _languages(playbook: Playbook) -> Iterable[QuickReply]:
    """The languages spoken here, each by its own name."""
    for code, own_name in playbook.language_names.items():
        means = Understanding(intents=(Intent.ANSWER,), language=code)
        yield QuickReply(label=own_name, means=means, is_named=True)


def _answer(slot: SlotName, text: str) -> QuickReply:
    """A text as it stands within a sentence, on a button."""
    return _value(slot, f"{text[:1].upper()}{text[1:]}", text)


def _value(slot: SlotName, label: str, value: str, *, up_to: int | None = None) -> QuickReply:
    update = SlotUpdate(slot=slot, values=(value,), quote=label, up_to=up_to)
    return QuickReply(label=label, means=Understanding(intents=(Intent.ANSWER,), updates=(update,)))


def _wish(label: str, *intents: Intent) -> QuickReply:
    return QuickReply(label=label, means=Understanding(intents=intents))
