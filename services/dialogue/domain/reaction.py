"""The reaction to a message: the answers to its questions, and a word where it tells nothing."""

from typing import Final

from playbook import Playbook
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.results import is_open_range
from services.dialogue.domain.stage_machine import ActionKind, NextAction
from services.dialogue.domain.understanding import UNKNOWN_QUESTION, Intent, Understanding
from services.dialogue.domain.variation import has_just_said, has_said, least_said

_MOST_ANSWERS: Final = 3
_WEEKS_A_MONTH: Final = 4.3


def answers(conversation: Conversation, understanding: Understanding, playbook: Playbook) -> list[str]:
    """The facts that answer; that a question is left to a colleague is explained once a conversation.

    A fact that the last reply stated did not answer the question that is asked again.
    """
    facts = [playbook.facts.fact(question) for question in dict.fromkeys(understanding.questions)]
    told = [fact.says for fact in facts if fact is not None]
    new = [answer for answer in told if not has_just_said(answer, conversation)][:_MOST_ANSWERS]
    is_open = UNKNOWN_QUESTION in understanding.questions or None in facts or (told and not new)
    wordings = playbook.lines.for_a_colleague
    is_unknown = UNKNOWN_QUESTION in understanding.questions or None in facts
    if is_unknown and not any(has_said(each, conversation) for each in wordings):
        return [*new, least_said(wordings, conversation)]
    if is_open and not new:
        return [least_said(playbook.lines.for_a_colleague_too, conversation)]
    return new


def courtesy(
    conversation: Conversation, action: NextAction, understanding: Understanding, playbook: Playbook
) -> list[str]:
    """The reaction to a message that neither asks nor tells anything."""
    lines = playbook.lines
    if understanding.wants(Intent.OBJECT) and action.kind in {ActionKind.ASK, ActionKind.ANSWER}:
        return [_concern(conversation, playbook)]
    if understanding.wants(Intent.SKIP) and action.kind is not ActionKind.CLOSE:
        return [least_said(lines.skipped, conversation)]
    if understanding.wants(Intent.THANK):
        return [least_said(lines.thanks, conversation)]
    if _is_clear(conversation, understanding) or action.kind not in {ActionKind.ASK, ActionKind.ANSWER}:
        return []
    asked = _slots_just_asked(conversation, playbook)
    is_left = action.kind is ActionKind.ASK and bool(asked) and action.slot not in asked
    return [least_said(lines.left_open if is_left else lines.unclear, conversation)]


def _slots_just_asked(conversation: Conversation, playbook: Playbook) -> list[str]:
    """What the last reply asked for, if it did so in the playbook's words."""
    return [
        question.slot
        for script in playbook.stages.values()
        for question in script.questions
        if has_just_said(question.ask, conversation) or has_just_said(question.again, conversation)
    ]


def _is_clear(conversation: Conversation, understanding: Understanding) -> bool:
    """Whether nothing can have been misunderstood: nothing was asked, or it was settled."""
    if not conversation.is_introduced:
        return True
    newest, language = conversation.visitor_messages[-1:], conversation.profile.language
    has_switched = bool(newest) and language is not None and language.turn_id == newest[0].turn_id
    is_repeated = any(update.slot in conversation.profile.known() for update in understanding.updates)
    is_wish = understanding.wants(Intent.GREET, Intent.ACCEPT, Intent.WANT_CHANGE)
    return has_switched or is_repeated or is_wish or understanding.tier is not None


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
