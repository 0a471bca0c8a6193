"""Which stage a conversation is in and what it asks next: decided here, never by a model."""

from collections.abc import Iterable, Mapping

from contracts.values import Profile, Slot, Stage
from playbook import Playbook, Question
from services.dialogue.domain.confidence import CONCLUDED
from services.dialogue.domain.conversation import Conversation

MOST_TIMES_ASKED = 2
_ENOUGH_MEASURES = 2
_NEXT: Mapping[Stage, Stage] = {
    Stage.UNDERSTAND: Stage.IDENTIFY,
    Stage.IDENTIFY: Stage.SCOPE,
    Stage.SCOPE: Stage.PROPOSE,
}


def advance(conversation: Conversation, playbook: Playbook) -> Conversation:
    """Leave every stage that is done, up to the proposal; later ones are left by the visitor's word alone."""
    while (following := _NEXT.get(conversation.stage)) and _is_done(conversation, playbook):
        if conversation.stage is Stage.IDENTIFY:
            conversation = conversation.model_copy(update={"profile": with_some_task(conversation.profile)})
        conversation = conversation.model_copy(update={"stage": following})
    return conversation


def next_question(conversation: Conversation, playbook: Playbook, *, insists: bool) -> Question | None:
    """The question to ask now; None when this stage asks nothing more.

    Args:
        insists: the last question got no answer of any kind, so it goes before those never asked.
    """
    own = [
        question
        for question in _questions(conversation, playbook)
        if _is_open(question, conversation, playbook)
    ]
    questions = own if _may_ask(conversation, playbook) and not _knows_enough(conversation) else []
    if not questions:
        return next(iter(_carried_over(conversation, playbook)), None)
    if insists:
        return min(questions, key=lambda question: question.slot != conversation.open_question)
    return min(questions, key=lambda question: conversation.times_asked(question.slot))


def question_for(slot: str, conversation: Conversation, known: Profile, playbook: Playbook) -> str:
    """The words that ask for a slot now, as `wording` chooses them; none when no question does."""
    scripts = playbook.stages.values()
    questions = (question for script in scripts for question in script.questions if question.slot == slot)
    return next((wording(question, conversation, known) for question in questions), "")


def wording(question: Question, conversation: Conversation, known: Profile) -> str:
    """The question in words that were not used before; it asks for what goes along unless that is known."""
    if conversation.times_asked(question.slot):
        return question.again
    asks_both = _lacks_what_goes_along(question, known)
    return question.both if question.both and asks_both else question.ask


def asked_along(conversation: Conversation, playbook: Playbook) -> str | None:
    """The slot that the last question asked for in the same breath, while it is unknown."""
    slot = conversation.open_question
    if slot is None or conversation.times_asked(slot) != 1:
        return None
    question = next((one for one in _questions(conversation, playbook) if one.slot == slot), None)
    lacks_it = question is not None and _lacks_what_goes_along(question, conversation.profile)
    return question.along if question is not None and lacks_it else None


def with_some_task(profile: Profile) -> Profile:
    """When no task was named, what costs the time is the task; when that is unknown too, it stays unknown."""
    if profile.task is not None:
        return profile
    if wasters := profile.time_wasters:
        named: Slot[str] = Slot(
            value=wasters.value[0], words=wasters.words, turn_id=wasters.turn_id, confidence=CONCLUDED
        )
        return profile.model_copy(update={"task": named})
    if profile.challenge is None:
        return profile
    concluded = profile.challenge.model_copy(update={"confidence": CONCLUDED})
    return profile.model_copy(update={"task": concluded})


def _is_done(conversation: Conversation, playbook: Playbook) -> bool:
    return next_question(conversation, playbook, insists=False) is None


def _knows_enough(conversation: Conversation) -> bool:
    profile = conversation.profile
    match conversation.stage:
        case Stage.UNDERSTAND:
            return profile.business_type is not None and profile.challenge is not None
        case Stage.IDENTIFY:
            return profile.task is not None
        case Stage.SCOPE:
            measures = (profile.tools, profile.hours_per_week, profile.success_measure)
            known = sum(measure is not None for measure in measures)
            return profile.steps is not None and known >= _ENOUGH_MEASURES
    return True


def _may_ask(conversation: Conversation, playbook: Playbook) -> bool:
    script = playbook.stages[conversation.stage]
    asked = sum(conversation.times_asked(question.slot) for question in script.questions)
    return asked < script.most_questions


def _carried_over(conversation: Conversation, playbook: Playbook) -> Iterable[Question]:
    """What the tier hangs on and an earlier stage never came to ask; asked once, before the proposal."""
    if conversation.stage is not Stage.SCOPE:
        return ()
    earlier = [stage for stage in Stage if stage.position < conversation.stage.position]
    questions = (question for stage in earlier for question in playbook.stages[stage].questions)
    return tuple(
        question
        for question in questions
        if question.slot in playbook.tier_rule.words
        and _is_open(question, conversation, playbook)
        and not conversation.times_asked(question.slot)
    )


def _questions(conversation: Conversation, playbook: Playbook) -> tuple[Question, ...]:
    return playbook.stages[conversation.stage].questions


def _lacks_what_goes_along(question: Question, profile: Profile) -> bool:
    return question.along is not None and getattr(profile, question.along) is None


def _went_along(question: Question, conversation: Conversation, playbook: Playbook) -> bool:
    """Whether it was asked for in the same breath as another one."""
    others = (one for one in _questions(conversation, playbook) if one.along == question.slot)
    return any(conversation.times_asked(one.slot) for one in others)


def _is_open(question: Question, conversation: Conversation, playbook: Playbook) -> bool:
    is_known = getattr(conversation.profile, question.slot) is not None
    was_asked_enough = conversation.times_asked(question.slot) >= MOST_TIMES_ASKED or _went_along(
        question, conversation, playbook
    )
    return not is_known and not was_asked_enough and question.slot not in conversation.skipped
