"""The reaction to a message: its questions are answered, and what was not understood is asked for."""

import re
from typing import Final

from playbook import Playbook
from playbook.claims import folded
from services.dialogue.domain.acknowledgement import noted_so_far, stored_slots
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.results import is_open_range
from services.dialogue.domain.stage_machine import ActionKind, NextAction
from services.dialogue.domain.understanding import (
    UNKNOWN_QUESTION,
    WHAT_IS_NOTED,
    Intent,
    Understanding,
)
from services.dialogue.domain.variation import has_just_said, has_said, least_said

_MOST_ANSWERS: Final = 3
# A shorter sentence without a number may be a remark.
_FEWEST_WORDS: Final = 5
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+|\n+")
_STEM: Final = re.compile(r"\w{5}|\d+")
_WEEKS_A_MONTH: Final = 4.3


def asks_what_to_change(conversation: Conversation, understanding: Understanding, playbook: Playbook) -> bool:
    """Whether a visitor who has the proposal is asked which part of it they mean."""
    if understanding.tier or stored_slots(conversation.profile, understanding):
        return False
    if understanding.wants(Intent.WANT_CHANGE, Intent.CORRECT) or _speaks_of_proposal(
        conversation, understanding, playbook
    ):
        return True
    return conversation.booking_url is None and is_unclear(conversation, understanding)


def is_unclear(conversation: Conversation, understanding: Understanding) -> bool:
    """Whether nothing was understood of a message, though something was asked before."""
    newest, language = conversation.visitor_messages[-1:], conversation.profile.language
    has_switched = bool(newest) and language is not None and language.turn_id == newest[0].turn_id
    is_repeated = any(update.slot in conversation.profile.known() for update in understanding.updates)
    is_told = is_repeated or bool(understanding.tier or understanding.questions or understanding.unsure)
    is_plain = set(understanding.intents) <= {Intent.OTHER, Intent.ANSWER, Intent.CORRECT}
    return conversation.is_introduced and is_plain and not has_switched and not is_told


def unread(conversation: Conversation, understanding: Understanding) -> list[str]:
    """The sentences of the newest message that say something of which nothing was understood."""
    is_plain = set(understanding.intents) <= {Intent.OTHER, Intent.ANSWER, Intent.CORRECT, Intent.ASK}
    if not is_plain or not conversation.is_introduced:
        return []
    quotes = [folded(update.quote) for update in understanding.updates]
    newest = conversation.visitor_messages[-1].text if conversation.visitor_messages else ""
    return [
        sentence
        for sentence in map(folded, _SENTENCE_END.split(newest))
        if not sentence.endswith("?")
        and (len(sentence.split()) >= _FEWEST_WORDS or any(map(str.isdigit, sentence)))
        and not any(quote in sentence or sentence.rstrip(".!") in quote for quote in quotes)
    ]


def _speaks_of_proposal(conversation: Conversation, understanding: Understanding, playbook: Playbook) -> bool:
    """Whether a sentence that was not understood has a word of the proposal, or names a part of it."""
    proposal, team_size = conversation.proposal, conversation.profile.team_size
    if proposal is None:
        return False
    figures = (proposal.hours_now_per_week or 0, team_size.value if team_size else 0)
    lines = (
        *proposal.does, *proposal.out_of_scope, *proposal.integrations, *proposal.to_look_at,
        proposal.success_measure or "", *(f"{figure:g}" for figure in figures),
        *playbook.lines.quick_replies.change_slot.values(),
    )  # fmt: skip
    shown = set(_STEM.findall(folded(" ".join(lines))))
    said = " ".join(unread(conversation, understanding))
    return not shown.isdisjoint(_STEM.findall(said))


def answers(conversation: Conversation, understanding: Understanding, playbook: Playbook) -> list[str]:
    """The facts that answer; a question that none answers is left to a colleague.

    A fact that the last reply stated did not answer the question that is asked again.
    """
    asked = [question for question in dict.fromkeys(understanding.questions) if question != WHAT_IS_NOTED]
    facts = [playbook.facts.fact(question) for question in asked]
    told = [fact.says for fact in facts if fact is not None]
    new = [answer for answer in told if not has_just_said(answer, conversation)][:_MOST_ANSWERS]
    if WHAT_IS_NOTED in understanding.questions:
        new += noted_so_far(conversation, playbook)
    if UNKNOWN_QUESTION in understanding.questions or None in facts:
        return [*new, least_said(playbook.lines.for_a_colleague, conversation)]
    if told and not new:
        return [least_said(playbook.lines.no_more, conversation)]
    return new


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
    if not goes_on or not is_unclear(conversation, understanding):
        return []
    is_left = action.kind is ActionKind.ASK and conversation.times_asked(action.slot or "") < 2
    return [least_said(lines.left_open if is_left else lines.unclear, conversation)]


def _concern(conversation: Conversation, playbook: Playbook) -> str:
    """Once the visitor's own arithmetic, where it is known what is saved; then only that it was heard."""
    hours, tier, language = _hours_at_stake(conversation, playbook), conversation.tier, playbook.language
    if hours is not None and tier is not None:
        chosen = playbook.tier(conversation.chosen_tier) if conversation.chosen_tier else tier
        worth_it = playbook.lines.worth_it.format(
            hours=language.count(hours, language.hours),
            monthly=language.count(round(hours * _WEEKS_A_MONTH), language.hours),
            price=language.price_of(chosen.monthly_price_usd),
        )
        if not has_said(worth_it, conversation):
            return worth_it
    return least_said(playbook.lines.concern, conversation)


def _hours_at_stake(conversation: Conversation, playbook: Playbook) -> float | None:
    """The hours a week that the proposal saves, or that the task takes; None of a range."""
    hours, proposal = conversation.profile.hours_per_week, conversation.proposal
    if hours is None or hours.up_to is not None or is_open_range(hours.value, hours.words, playbook):
        return None
    saved = proposal.hours_saved_per_week if proposal is not None else None
    return saved or hours.value
