"""The stage machine: which action comes next, which others would do no harm, and the stage it leads to.

`decide` is the one decision of a turn, with a language model and without. It depends on the conversation,
to which the visitor's message is already applied, and on what the visitor wants. A wish comes before a stage.

    understand ──► identify ──► scope ──► propose ──► recommend ──► book
    asks for the slots of its questions   the proposal  a tier is     the booking
    until enough is known                 with its tier  talked about  link
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from contracts.values import Profile, Stage, Value
from playbook import Playbook, Question
from playbook.reading.meaning import CONTACT_SLOTS, LINES, LIST_SLOTS, Intent, Understanding
from services.dialogue.domain.conversation import Conversation

MOST_TIMES_ASKED = 2
ENDS = (Intent.STOP, Intent.DECLINE, Intent.TAKE_LEAVE)
_MOST_ASKED_AFTER_LINK = 2
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
    """Say how to reach a person, and that the word for the link brings a demo."""
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


def all_actions(playbook: Playbook) -> tuple[str, ...]:
    """The keys of every action there is; what an answer may name does not depend on the conversation."""
    asks = (_ask(question.slot) for question in _questions(playbook))
    others = (NextAction(kind=kind) for kind in ActionKind if kind is not ActionKind.ASK)
    return tuple(action.key for action in (*asks, *others))


def decide(
    conversation: Conversation, understanding: Understanding, playbook: Playbook, *, preferred: str = ""
) -> NextAction:
    """The next action, given a conversation to which the updates of `understanding` are applied.

    Where several would do, `preferred`, the key of an action, may name another than the usual one.
    """
    if (wish := _granted_wish(conversation, understanding)) is not None:
        return NextAction(kind=wish)
    if conversation.awaiting is not None:
        return NextAction(kind=ActionKind.HOLD)
    if (asked_back := _asked_back(conversation, understanding)) is not None:
        return asked_back
    if conversation.proposal is not None:
        usual, *others = _after_the_proposal(conversation, understanding, playbook)
    else:
        usual, *others = _before_the_proposal(conversation, understanding, playbook)
    return next((action for action in others if action.key == preferred), usual)


def _asked_back(conversation: Conversation, understanding: Understanding) -> NextAction | None:
    """The question which of several is meant, for a part that is told anew, or which part that is."""
    if understanding.candidates:
        return _ask(understanding.candidates[0].slot)
    if understanding.change_slot:
        return _ask(understanding.change_slot)
    is_vague = understanding.wants(Intent.WANT_CHANGE) and not understanding.updates
    is_early = conversation.proposal is None and bool(conversation.profile.known() & {*LINES})
    may_list = is_vague and is_early and not conversation.open_question and not has_listed_lines(conversation)
    return NextAction(kind=ActionKind.ANSWER) if may_list else None


def has_listed_lines(conversation: Conversation) -> bool:
    """Whether the last reply listed what is noted, each line with its number."""
    return any(one.is_named and one.means.change_slot for one in conversation.quick_replies)


def _granted_wish(conversation: Conversation, understanding: Understanding) -> ActionKind | None:
    """What is granted at any stage: a person before a demo before a stop before a no.

    Whose wish for a person is passed on already, and who goes on meanwhile, is led on.
    """
    tells_more = bool({update.slot for update in understanding.updates} - CONTACT_SLOTS)
    if understanding.wants(Intent.WANT_PERSON) and not (conversation.wants_person and tells_more):
        return ActionKind.HAND_OVER
    if understanding.wants(Intent.WANT_DEMO):
        return ActionKind.BOOK
    # Whoever puts something right on leaving reads it put right.
    is_owed = conversation.is_stale and not understanding.wants(Intent.STOP, Intent.DECLINE)
    if is_owed and understanding.wants(Intent.TAKE_LEAVE) and conversation.awaiting is None:
        return ActionKind.REDRAFT
    if understanding.wants(*ENDS) or _stays_closed(conversation, understanding):
        return ActionKind.CLOSE
    return None


def open_questions(conversation: Conversation, playbook: Playbook) -> list[Question]:
    """What may be asked now, by stage; nothing of a visitor who wants no more questions.

    In a stage, what was just asked and not answered comes first, then what was asked less often.
    """

    def rank(question: Question) -> tuple[bool, int]:
        return question.slot != conversation.open_question, conversation.times_asked(question.slot)

    if conversation.refuses_questions:
        return []
    stages = (_open_questions(conversation, stage, playbook) for stage in _ASKING_STAGES)
    return [question for questions in stages for question in sorted(questions, key=rank)]


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
    if action.kind is ActionKind.ANSWER and conversation.proposal is None:
        return conversation.stage
    if action.kind is ActionKind.ASK:
        reached = _stage_of(action.slot, playbook)
    return max(conversation.stage, reached, key=lambda stage: stage.position)


def _before_the_proposal(
    conversation: Conversation, understanding: Understanding, playbook: Playbook
) -> list[NextAction]:
    """The usual action first, then what does no harm in its place.

    How a task is done is not asked before the task is known. A list that was begun unasked may be asked for.
    """
    next_ones = list(_questions_first(conversation, playbook))
    told = {update.slot for update in understanding.updates} - CONTACT_SLOTS
    if conversation.wants_no_link and not told and (understanding.updates or conversation.refuses_questions):
        # Who says only how to call them, or refuses questions, waits for the call and is led to no proposal.
        return [NextAction(kind=ActionKind.ANSWER), *next_ones]
    if conversation.booking_url is None:
        return next_ones
    # Who has the link got what they came for, and is asked on only after an answer, or if they tell more.
    tells_more = len(told) > 1 or conversation.open_question in told
    may_ask = conversation.questions_since_link < _MOST_ASKED_AFTER_LINK
    if tells_more and (may_ask or next_ones[0].kind is ActionKind.PROPOSE):
        return next_ones
    return [NextAction(kind=ActionKind.ANSWER), *next_ones]


def _questions_first(conversation: Conversation, playbook: Playbook) -> Iterable[NextAction]:
    questions = open_questions(conversation, playbook)
    if not questions:
        # Who told nothing of their work is not shown a proposal for it.
        tells_of_work = bool(conversation.profile.known() & set(_slots(_questions(playbook))))
        rest = ActionKind.ANSWER if conversation.refuses_questions else ActionKind.CLOSE
        return [NextAction(kind=ActionKind.PROPOSE if tells_of_work else rest)]
    begun = [
        each
        for each in playbook.stages[Stage.SCOPE].questions
        if each.slot in LIST_SLOTS and not conversation.times_asked(each.slot) and each not in questions
    ]
    early = [each for each in questions if _stage_of(each.slot, playbook) is not Stage.SCOPE]
    may_scope = conversation.profile.task is not None or not early
    return [_ask(question.slot) for question in ([*questions, *begun] if may_scope else early)]


def _after_the_proposal(
    conversation: Conversation, understanding: Understanding, playbook: Playbook
) -> list[NextAction]:
    """The usual action first, then what does no harm in its place."""
    answer, redraft = NextAction(kind=ActionKind.ANSWER), NextAction(kind=ActionKind.REDRAFT)
    if understanding.wants(Intent.WANT_CHANGE) and not understanding.change_wish:
        # They did not say which change; what they emptied is asked for anew.
        known, asked = conversation.profile.known(), _slots(_questions(playbook))
        emptied = [each.slot for each in understanding.updates if each.slot in asked - known]
        return [*map(_ask, emptied), redraft if conversation.is_stale else answer]
    if understanding.wants(Intent.WANT_CHANGE) or conversation.is_stale:
        return [redraft]
    if understanding.wants(Intent.ACCEPT) and conversation.booking_url is None:
        granted = NextAction(kind=ActionKind.HAND_OVER if conversation.wants_no_link else ActionKind.BOOK)
        # "Yes, sensible. But am I tied in?" agrees to the proposal, and at first to no demo.
        if understanding.wants(Intent.ASK) and conversation.stage is Stage.PROPOSE:
            return [answer, granted]
        return [granted, *([answer] if conversation.wants_no_link else [])]
    others = [_ask(question.slot) for question in open_questions(conversation, playbook)]
    return [answer, *others, *([redraft] if understanding.tier else [])]


def _stays_closed(conversation: Conversation, understanding: Understanding) -> bool:
    """Whether a visitor who said no before only says thanks, goodbye or who they are now."""
    told = {update.slot for update in understanding.updates}
    polite = {Intent.THANK, Intent.GREET, Intent.OTHER} | ({Intent.ANSWER} if told else set())
    return conversation.closed and told <= CONTACT_SLOTS and set(understanding.intents) <= polite


def _open_questions(conversation: Conversation, stage: Stage, playbook: Playbook) -> tuple[Question, ...]:
    """What a stage may still ask: nothing once enough is known, and nothing again once enough was asked."""
    script = playbook.stages[stage]
    if _knows_enough(conversation.profile, stage):
        return ()
    asked = sum(conversation.times_asked(question.slot) for question in script.questions)
    most_times = MOST_TIMES_ASKED if asked < script.most_questions else 1
    return tuple(
        question
        for question in script.questions
        if question.slot not in conversation.profile.known()
        and question.slot not in conversation.skipped
        and conversation.times_asked(question.slot) < most_times
    )


def _knows_enough(profile: Profile, stage: Stage) -> bool:
    match stage:
        case Stage.UNDERSTAND:
            return None not in (profile.business_type, profile.challenge, profile.team_size)
        case Stage.IDENTIFY:
            return profile.task is not None
        case _:
            needed = (profile.steps, profile.tools, profile.hours_per_week, profile.success_measure)
            return None not in needed


def _questions(playbook: Playbook) -> list[Question]:
    return [question for stage in _ASKING_STAGES for question in playbook.stages[stage].questions]


def _stage_of(slot: str | None, playbook: Playbook) -> Stage:
    return next(stage for stage in _ASKING_STAGES if slot in _slots(playbook.stages[stage].questions))


def _slots(questions: Iterable[Question]) -> frozenset[str]:
    return frozenset(question.slot for question in questions)


def _ask(slot: str) -> NextAction:
    return NextAction(kind=ActionKind.ASK, slot=slot)
