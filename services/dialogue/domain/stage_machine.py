"""The stage machine: which actions are legal, which one comes next, and the stage it leads to.

`decide` is the one decision of a turn, with a language model and without. It depends on the conversation,
to which the visitor's message is already applied, and on what the visitor wants. A wish comes before a stage.

    understand ──► identify ──► scope ──► propose ──► recommend ──► book
    asks for the slots of its questions   the proposal  a tier is     the booking
    until enough is known                 with its tier  talked about  link
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import chain

from contracts.values import Profile, Stage, Value
from playbook import Playbook, Question
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.understanding import Intent, Understanding

MOST_TIMES_ASKED = 2
_ASKING_STAGES = (Stage.UNDERSTAND, Stage.IDENTIFY, Stage.SCOPE)


class ActionKind(StrEnum):
    """What a reply does."""

    ASK = "ask"
    """Ask for a slot."""
    ANSWER = "answer"
    """Answer, and offer what helps the visitor to decide next."""
    PROPOSE = "propose"
    """Show the first proposal, with its tier."""
    REDRAFT = "redraft"
    """Show the proposal once more, changed."""
    BOOK = "book"
    """Give the booking link."""
    HAND_OVER = "hand_over"
    """Say how to reach a person, and give the booking link as the nearest way."""
    HOLD = "hold"
    """Say that an awaited result follows."""
    CLOSE = "close"
    """Say goodbye."""


class NextAction(Value):
    """What the next reply does; `slot` is what it asks for when it asks."""

    kind: ActionKind
    slot: str | None = None

    @property
    def key(self) -> str:
        """The name of the action as a model chooses it: `ask:steps`, `propose`."""
        return f"{self.kind}:{self.slot}" if self.slot else str(self.kind)


def legal_actions(conversation: Conversation, playbook: Playbook) -> tuple[NextAction, ...]:
    """Every action that some message could lead to now, in the order a model should consider them."""
    always = tuple(
        NextAction(kind=kind) for kind in (ActionKind.HAND_OVER, ActionKind.BOOK, ActionKind.CLOSE)
    )
    if conversation.awaiting is not None:
        return (NextAction(kind=ActionKind.HOLD), *always)
    if conversation.proposal is not None:
        slots = chain.from_iterable(playbook.stages[stage].questions for stage in _ASKING_STAGES)
        asked_anew = (NextAction(kind=ActionKind.ASK, slot=question.slot) for question in slots)
        return (NextAction(kind=ActionKind.ANSWER), NextAction(kind=ActionKind.REDRAFT), *always, *asked_anew)
    # The answer may be in the message, and then the next stage asks.
    questions = chain.from_iterable(
        _open_questions(conversation, stage, playbook) for stage in _ASKING_STAGES
    )
    asked = (NextAction(kind=ActionKind.ASK, slot=question.slot) for question in questions)
    return (*asked, NextAction(kind=ActionKind.PROPOSE), *always)


def decide(
    conversation: Conversation, understanding: Understanding, playbook: Playbook, *, preferred: str = ""
) -> NextAction:
    """The next action, given a conversation to which the updates of `understanding` are applied.

    Of several questions that may be asked now, `preferred`, the key of an action, may name another one.
    """
    if (wish := _granted_wish(conversation, understanding)) is not None:
        return NextAction(kind=wish)
    if conversation.awaiting is not None:
        return NextAction(kind=ActionKind.HOLD)
    if conversation.proposal is not None:
        return _after_the_proposal(conversation, understanding)
    question = next_question(conversation, playbook)
    if question is None:
        return NextAction(kind=ActionKind.PROPOSE)
    open_ones = (
        NextAction(kind=ActionKind.ASK, slot=other.slot) for other in _askable(conversation, playbook)
    )
    usual = NextAction(kind=ActionKind.ASK, slot=question.slot)
    return next((action for action in open_ones if action.key == preferred), usual)


def _granted_wish(conversation: Conversation, understanding: Understanding) -> ActionKind | None:
    """What is granted at any stage: a person before a demo before a stop before a no."""
    if understanding.wants(Intent.WANT_PERSON):
        return ActionKind.HAND_OVER
    if understanding.wants(Intent.WANT_DEMO):
        return ActionKind.BOOK
    if understanding.wants(Intent.STOP, Intent.DECLINE) or _stays_closed(conversation, understanding):
        return ActionKind.CLOSE
    return None


def next_question(conversation: Conversation, playbook: Playbook) -> Question | None:
    """The question to ask now, None when enough is known for a proposal or enough was asked.

    What was just asked and not answered is asked again at once; then one that was never asked comes first.
    """
    questions = list(_askable(conversation, playbook))

    def rank(question: Question) -> tuple[bool, int]:
        return question.slot != conversation.open_question, conversation.times_asked(question.slot)

    return min(questions, key=rank, default=None)


def stage_after(conversation: Conversation, action: NextAction, playbook: Playbook) -> Stage:
    """The stage that an action belongs to; a conversation never goes back to an earlier one."""
    stages: Mapping[ActionKind, Stage] = {
        ActionKind.PROPOSE: Stage.PROPOSE,
        ActionKind.REDRAFT: Stage.PROPOSE,
        # A visitor who reacts to the proposal and wants nothing changed in it weighs its tier.
        ActionKind.ANSWER: Stage.RECOMMEND,
        ActionKind.BOOK: Stage.BOOK,
    }
    reached = stages.get(action.kind, conversation.stage)
    if action.kind is ActionKind.ASK:
        reached = next(stage for stage in _ASKING_STAGES if action.slot in _slots_of(stage, playbook))
    return max(conversation.stage, reached, key=lambda stage: stage.position)


def _after_the_proposal(conversation: Conversation, understanding: Understanding) -> NextAction:
    if understanding.wants(Intent.WANT_CHANGE) and not understanding.change_wish:
        return _what_to_change(conversation, understanding)
    if understanding.wants(Intent.WANT_CHANGE) or conversation.is_stale:
        return NextAction(kind=ActionKind.REDRAFT)
    if understanding.wants(Intent.ACCEPT) and conversation.booking_url is None:
        return NextAction(kind=ActionKind.BOOK)
    return NextAction(kind=ActionKind.ANSWER)


def _what_to_change(conversation: Conversation, understanding: Understanding) -> NextAction:
    """A visitor who wants a change and did not say which; a slot that they named is asked for anew."""
    emptied = (
        update.slot for update in understanding.updates if getattr(conversation.profile, update.slot) is None
    )
    if (slot := next(emptied, None)) is not None:
        return NextAction(kind=ActionKind.ASK, slot=slot)
    return NextAction(kind=ActionKind.REDRAFT if conversation.is_stale else ActionKind.ANSWER)


def _stays_closed(conversation: Conversation, understanding: Understanding) -> bool:
    """Whether a visitor who said no before only says thanks or goodbye now."""
    polite = {Intent.THANK, Intent.GREET, Intent.OTHER}
    return conversation.closed and not understanding.updates and set(understanding.intents) <= polite


def _askable(conversation: Conversation, playbook: Playbook) -> Iterable[Question]:
    """The open questions of the first stage that still has one to ask."""
    stages = (_open_questions(conversation, stage, playbook) for stage in _ASKING_STAGES)
    return next(filter(None, stages), ())


def _open_questions(conversation: Conversation, stage: Stage, playbook: Playbook) -> tuple[Question, ...]:
    """What a stage may still ask; nothing once enough is known or enough was asked."""
    script = playbook.stages[stage]
    asked = sum(conversation.times_asked(question.slot) for question in script.questions)
    if _knows_enough(conversation.profile, stage) or asked >= script.most_questions:
        return ()
    return tuple(question for question in script.questions if _is_open(conversation, question))


def _knows_enough(profile: Profile, stage: Stage) -> bool:
    match stage:
        case Stage.UNDERSTAND:
            return None not in (profile.business_type, profile.challenge, profile.team_size)
        case Stage.IDENTIFY:
            return profile.task is not None
        case _:
            needed = (profile.steps, profile.tools, profile.hours_per_week, profile.success_measure)
            return None not in needed


def _is_open(conversation: Conversation, question: Question) -> bool:
    is_known = getattr(conversation.profile, question.slot) is not None
    was_asked_enough = conversation.times_asked(question.slot) >= MOST_TIMES_ASKED
    return not is_known and not was_asked_enough and question.slot not in conversation.skipped


def _slots_of(stage: Stage, playbook: Playbook) -> frozenset[str]:
    return frozenset(question.slot for question in playbook.stages[stage].questions)
