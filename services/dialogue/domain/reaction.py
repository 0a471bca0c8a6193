"""The reaction to a message: its questions are answered, and what was understood is said back."""

import re
from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Final

from contracts.values import Profile, Slot
from playbook import Playbook
from playbook.claims import folded, money_in
from playbook.reading.meaning import (
    LINES,
    NUMBER_SLOTS,
    UNKNOWN_QUESTION,
    WHAT_IS_NOTED,
    Intent,
    Operation,
    SlotName,
    Understanding,
)
from playbook.reading.updates import REWORDED, SlotValue
from playbook.said_back import called, said_count
from playbook.task_kinds import task_kind
from playbook.variation import has_just_said, has_said, least_said, was_just_said
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.stage_machine import ActionKind, NextAction, has_listed_lines

_MOST_ANSWERS: Final = 5
# A longer text is only said to be noted.
_MOST_WORDS_SAID_BACK: Final = 10
_TEXTS: Final = frozenset({"business_type", "challenge", "task", "steps", "out_of_scope", "success_measure"})
_MOST_VALUES: Final = 4
_LONGEST_LISTED: Final = 60
_LONGEST_VALUE: Final = 120
# What is said back to a visitor who asks what was understood.
_NOTED: Final = ("challenge", *LINES, "contact_email", "contact_phone", "contact_time")
_QUESTION_MARK: Final = re.compile(r"[?\uff1f\u061f\u00bf]")
_WEEKS_A_MONTH: Final = 4.3


def stored_slots(profile: Profile, understanding: Understanding) -> Mapping[str, Slot[SlotValue]]:
    """The slots that hold what these updates say; an update that was refused is not among them."""
    stored: dict[str, Slot[SlotValue]] = {}
    for update in understanding.updates:
        slot: Slot[SlotValue] | None = getattr(profile, update.slot)
        if slot is not None and slot.words == update.quote:
            stored[update.slot] = slot
    return stored


def is_doubtful(slot: Slot[SlotValue], playbook: Playbook) -> bool:
    """Whether a value follows from what the visitor said, and is not said; who works alone says no number."""
    is_picked = isinstance(slot.value, int | float) and playbook.is_open_range(slot.value, slot.words)
    return slot.confidence < REWORDED and slot.value != 1 and not is_picked


def asks_what_to_change(conversation: Conversation, understanding: Understanding, playbook: Playbook) -> bool:
    """Whether a visitor is asked which part of what is noted they mean."""
    is_told = understanding.tier or stored_slots(conversation.profile, understanding)
    if is_told or has_listed_lines(conversation) or not parts_noted(conversation, playbook):
        return False
    has_draft = conversation.proposal is not None and conversation.booking_url is None
    is_lost = has_draft and is_unclear(conversation, understanding)
    return is_lost or understanding.wants(Intent.WANT_CHANGE)


def parts_noted(conversation: Conversation, playbook: Playbook) -> list[SlotName]:
    """The numbered lines that are known, in their order; beside a proposal, all of them."""
    labels, has_draft = playbook.lines.quick_replies.change_slot, conversation.proposal is not None
    known = LINES if has_draft else conversation.profile.known()
    return [slot for slot in LINES if slot in labels and slot in known]


def is_unclear(conversation: Conversation, understanding: Understanding) -> bool:
    """Whether nothing was understood of a message, though something was asked before."""
    newest, language = conversation.visitor_messages[-1:], conversation.profile.language
    has_switched = bool(newest) and language is not None and language.turn_id == newest[0].turn_id
    is_repeated = any(update.slot in conversation.profile.known() for update in understanding.updates)
    is_asked_back = bool(understanding.candidates or understanding.change_slot)
    is_told = is_repeated or is_asked_back or bool(understanding.tier or understanding.questions)
    is_plain = set(understanding.intents) <= {Intent.OTHER, Intent.ANSWER, Intent.CORRECT}
    return conversation.is_introduced and is_plain and not has_switched and not is_told


def answers(conversation: Conversation, understanding: Understanding, playbook: Playbook) -> list[str]:
    """The facts that answer; a question that none answers is left to a colleague.

    A fact that the last reply stated did not answer the question that is asked again.
    """
    lines = playbook.lines
    asked = [question for question in dict.fromkeys(understanding.questions) if question != WHAT_IS_NOTED]
    facts = [playbook.facts.fact(question) for question in asked]
    told = [fact.says for fact in facts if fact is not None]
    new = [answer for answer in told if not has_just_said(answer, conversation)][:_MOST_ANSWERS]
    if WHAT_IS_NOTED in understanding.questions:
        new += _noted_so_far(conversation, playbook)
    is_unknown = UNKNOWN_QUESTION in understanding.questions or None in facts
    if (told and not new) or (is_unknown and conversation.is_repeated):
        return [*new, least_said(lines.no_more, conversation)]
    if not is_unknown:
        return new
    is_first = not has_said(lines.for_a_colleague, conversation)
    return [*new, lines.for_a_colleague if is_first else least_said(lines.not_known, conversation)]


def _noted_so_far(conversation: Conversation, playbook: Playbook) -> list[str]:
    """What is known of the work, and where to reach them, for whoever asks whether it was understood."""
    values = list[str]()
    for name in _NOTED:
        slot: Slot[SlotValue] | None = getattr(conversation.profile, name)
        if slot is not None:
            said = slot.value if isinstance(slot.value, tuple) else (_said(name, slot, playbook),)
            values += (_as_quoted(name, shorten(one, _LONGEST_LISTED), playbook) for one in said)
    if not values:
        return []
    return [least_said(playbook.lines.noted_so_far, conversation, values=playbook.language.listed(values))]


def acknowledgement(
    conversation: Conversation, understanding: Understanding, playbook: Playbook
) -> list[str]:
    """The sentences that say back what was stored, without what the rest of the reply says of it.

    A number or a name that is not certain is said as what was understood, with an invitation to correct it.
    """
    lines, listed = playbook.lines, playbook.language.listed
    shown = _newly_stored(conversation, understanding)
    if not shown:
        return _of_nothing_new(conversation, understanding, playbook)
    is_called = understanding.wants(Intent.WANT_PERSON) and conversation.profile.contact_phone is not None
    unsaid = frozenset(_NOTED if WHAT_IS_NOTED in understanding.questions else ())
    unsaid |= {"contact_phone", "contact_time"} if is_called else set()
    values = _values_said(shown, unsaid, playbook)
    may_be_unsure = [name for name in values if name in NUMBER_SLOTS | {"name"}]
    unsure = [values.pop(name) for name in may_be_unsure if is_doubtful(shown[name], playbook)]
    sentences = []
    long = [name for name, value in values.items() if len(value.split()) > _MOST_WORDS_SAID_BACK]
    if long:
        values = {name: value for name, value in values.items() if name not in long}
        sentences.append(least_said(lines.taken, conversation))
    short = [*values]
    if len(short) > 1:
        several = {name: shorten(values.pop(name), _LONGEST_LISTED, placeholder="…") for name in short}
        said = listed([*dict.fromkeys(_as_quoted(*one, playbook) for one in several.items())][:_MOST_VALUES])
        sentences.append(least_said(lines.several, conversation, values=said))
    is_one = {one.operation is Operation.ADD for one in understanding.updates} == {False} and len(short) == 1
    is_corrected = understanding.wants(Intent.CORRECT) and is_one
    for name, value in values.items():
        wordings = _wordings(name, shown[name], conversation, playbook)
        if is_corrected and name in short and wordings is not lines.new_task:
            wordings = lines.corrected
        said = called(value, shown[name].words, playbook) if name == "name" else value
        quoted = _as_quoted(name, said, playbook)
        sentence = least_said(wordings, conversation, value=said, values=quoted).replace("….", "…")
        sentences.append(f"{sentence[:1].upper()}{sentence[1:]}")
    kind = task_kind([str(slot.value) for name, slot in shown.items() if name == "challenge"], playbook)
    if kind is not None and "task" in understanding.leaves_open:
        sentences.append(least_said(lines.first_task, conversation, task=kind.name))
    if unsure:
        sentences.append(least_said(lines.understood_as, conversation, values=listed(unsure)))
    return sentences


def _as_quoted(name: str, value: str, playbook: Playbook) -> str:
    """A text of the visitor in quotation marks; a number, a name or a program as it is."""
    return playbook.language.quote.format(text=value) if name in _TEXTS else value


def _newly_stored(conversation: Conversation, understanding: Understanding) -> Mapping[str, Slot[SlotValue]]:
    """The slots that the unanswered messages filled."""
    new = {message.turn_id for message in conversation.unanswered}
    stored = stored_slots(conversation.profile, understanding)
    return {name: slot for name, slot in stored.items() if not new or slot.turn_id in new}


def _values_said(
    shown: Mapping[str, Slot[SlotValue]], unsaid: frozenset[str], playbook: Playbook
) -> dict[str, str]:
    """What is said back of these slots: no amount, and nothing that another one says already."""
    told = {name: _said(name, slot, playbook) for name, slot in shown.items() if name not in unsaid}
    values = {name: value for name, value in told.items() if value and not money_in(folded(value))}
    if values.get("challenge") == values.get("task"):
        values.pop("challenge", None)
    if "challenge" in values:
        values.pop("time_wasters", None)
    tools = values.get("tools")
    if tools and any(slot != "tools" and tools in value for slot, value in values.items()):
        values.pop("tools")
    return values


def courtesy(
    conversation: Conversation, action: NextAction, understanding: Understanding, playbook: Playbook
) -> list[str]:
    """The reaction to a message that neither asks nor tells anything."""
    lines = playbook.lines
    if action.kind is ActionKind.CLOSE:
        return []
    goes_on = action.kind in {ActionKind.ASK, ActionKind.ANSWER}
    if understanding.wants(Intent.OBJECT) and goes_on:
        return [_concern(conversation, playbook)]
    if understanding.wants(Intent.SKIP):
        return [least_said(lines.skipped, conversation)]
    if understanding.wants(Intent.THANK):
        return [least_said(lines.thanks, conversation)]
    if asks_what_to_change(conversation, understanding, playbook):
        return []
    return _of_nothing_clear(conversation, action, understanding, playbook)


def _of_nothing_clear(
    conversation: Conversation, action: NextAction, understanding: Understanding, playbook: Playbook
) -> list[str]:
    """The reaction to what was no clean answer, or no clear change."""
    lines, is_unheard = playbook.lines, is_unclear(conversation, understanding)
    may_leave = has_listed_lines(conversation) and understanding.change_slot is None
    if may_leave and (is_unheard or understanding.wants(Intent.WANT_CHANGE)):
        return [least_said(lines.left_to_team, conversation)]
    may_say = action.kind in {ActionKind.ASK, ActionKind.ANSWER, ActionKind.PROPOSE}
    if understanding.leaves_open and may_say and not understanding.updates:
        return [least_said(lines.kept_as_written, conversation)]
    return _not_understood(conversation, action, playbook) if may_say and is_unheard else []


def _not_understood(conversation: Conversation, action: NextAction, playbook: Playbook) -> list[str]:
    """Why it is asked again, or what is left open; with the proposal shown, that it was not understood."""
    lines, times = playbook.lines, conversation.times_asked(action.slot or "")
    if action.kind is ActionKind.ASK and times > 1:
        return [least_said(lines.unclear, conversation)]
    if action.kind is not ActionKind.ANSWER:
        return [least_said(lines.left_open, conversation)] if conversation.asked else []
    is_second = any(was_just_said(said, conversation) for said in (lines.unclear, lines.unclear_again))
    return [least_said(lines.unclear_again if is_second else lines.unclear, conversation)]


def _of_nothing_new(
    conversation: Conversation, understanding: Understanding, playbook: Playbook
) -> list[str]:
    """That something was taken out, or was known already."""
    slots = {update.slot: getattr(conversation.profile, update.slot) for update in understanding.updates}
    known = [_said(name, slot, playbook) for name, slot in slots.items() if slot is not None]
    if said := [value for value in known if value]:
        values = playbook.language.listed(said[:_MOST_VALUES])
        return [least_said(playbook.lines.already, conversation, values=values)]
    has_emptied = any(update.operation is Operation.REMOVE for update in understanding.updates) and not known
    is_out = has_emptied and not understanding.wants(Intent.WANT_CHANGE)
    return [least_said(playbook.lines.removed, conversation)] if is_out else []


def _wordings(
    name: str, slot: Slot[SlotValue], conversation: Conversation, playbook: Playbook
) -> Sequence[str]:
    lines = playbook.lines
    if name == "team_size" and slot.value == 1 and slot.up_to is None:
        return lines.team_of_one
    steps = playbook.question("steps")
    is_open = conversation.profile.steps is None and "steps" not in conversation.skipped
    was_asked = steps is not None and any(has_said(text, conversation) for text in (steps.ask, steps.again))
    # The steps of another task were asked for before, and are not known of this one.
    return lines.new_task if name == "task" and is_open and was_asked else lines.acknowledge[name]


def _said(name: str, slot: Slot[SlotValue], playbook: Playbook) -> str:
    """The value as it is said back, shortened where it is long; it asks nothing."""
    match slot.value:
        case int() | float() as number:
            return said_count(name, number, playbook, words=slot.words, up_to=slot.up_to)
        case tuple() as items:
            value = playbook.language.listed(items)
        case str() as text:
            value = text
    return shorten(_QUESTION_MARK.sub("", value), _LONGEST_VALUE, placeholder="…")


def _concern(conversation: Conversation, playbook: Playbook) -> str:
    """Once the visitor's own arithmetic, where their hours are one number; then only that it was heard."""
    hours, tier, proposal = conversation.profile.hours_per_week, conversation.tier, conversation.proposal
    if hours and (hours.up_to or playbook.is_open_range(hours.value, hours.words)):
        hours = None
    if hours and tier and proposal:
        language, at_stake = playbook.language, proposal.hours_saved_per_week or hours.value
        worth_it = playbook.lines.worth_it.format(
            hours=language.count(at_stake, language.hours),
            monthly=language.count(round(at_stake * _WEEKS_A_MONTH), language.hours),
            price=language.price_of(playbook.tier(conversation.chosen_tier or tier.tier).monthly_price_usd),
        )
        if not has_said(worth_it, conversation):
            return worth_it
    return least_said(playbook.lines.concern, conversation)
