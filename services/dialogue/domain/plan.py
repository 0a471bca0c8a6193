"""Plans a turn: reads the message, decides the step, words the script."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from contracts.values import Profile, Stage
from playbook import Playbook
from playbook.claims import visible
from services.dialogue.domain.burst import weightiest, without_answered_question
from services.dialogue.domain.conversation import (
    CHANGE,
    CONCERN,
    PROPOSAL,
    TIER,
    Conversation,
    Message,
    with_message,
    with_question,
)
from services.dialogue.domain.extraction import Extraction, believable
from services.dialogue.domain.goals import Aim, Goal, Plan
from services.dialogue.domain.language import following_language, spoken, with_language
from services.dialogue.domain.moves import Move, next_move, says_goodbye
from services.dialogue.domain.reading import (
    ENGLISH,
    Asked,
    Facts,
    legible,
    read_facts,
    searchable,
    ways_of,
)
from services.dialogue.domain.script import Turn, compose
from services.dialogue.domain.signals import Heard, Signal, hear, presumed
from services.dialogue.domain.stages import advance, asked_along

_ASKED_BY: Mapping[Aim, str] = {
    Aim.HEAR_REACTION: PROPOSAL,
    Aim.ASK_CHANGE: CHANGE,
    Aim.RECOMMEND: TIER,
    Aim.HEAR_INTEREST: TIER,
    Aim.ASK_CONCERN: CONCERN,
}
# A proposal does not hang on these.
_ABOUT_THE_PERSON = frozenset({"name", "contact_email", "language"})

_SAYS_NOTHING = frozenset({Signal.NONE, Signal.SKIP, Signal.THANKS})
# Where plain reading finds no more than this, a model may understand more.
_UNCLEAR = frozenset({Signal.NONE, Signal.QUESTION_OTHER, Signal.THANKS, Signal.GREETING, Signal.SKIP})


def plan_turn(
    conversation: Conversation, message: str, turn_id: UUID, playbook: Playbook, *, presumes: bool = True
) -> Plan:
    """Decide what this turn does, from plain words alone."""
    return plan_burst(conversation, (Message(turn_id=turn_id, text=message),), playbook, presumes=presumes)


def plan_burst(
    conversation: Conversation, messages: tuple[Message, ...], playbook: Playbook, *, presumes: bool = True
) -> Plan:
    """Decide what one reply to all these turns does; each is read in its order and for itself.

    Args:
        presumes: nobody else reads the message, so that an unknown answer to a question for a yes is taken
            for what it likely is.
    """
    shown = tuple(one.model_copy(update={"text": visible(one.text)}) for one in messages)
    read, heard, facts = _listen_to_all(conversation, shown, playbook, presumes=presumes)
    message = "\n".join(one.text for one in shown)
    in_language = spoken(read, playbook)
    move, after = _decide(read, message, heard, facts, playbook=in_language)
    turn = Turn(conversation, after, heard, facts, move, in_language)
    return Plan(
        before=conversation,
        conversation=after,
        message=message,
        messages=messages,
        turn_id=messages[-1].turn_id,
        changed=_changed(conversation.profile, after.profile),
        signal=heard.signal,
        goal=Goal(aim=move.aim, slot=move.slot),
        script=compose(turn),
        needs=move.needs,
        change_wish=move.wish,
    )


def apply_extraction(plan: Plan, extraction: Extraction, playbook: Playbook) -> Plan:
    """The plan with what a model read; a fact whose words the visitor did not say is refused.

    The reply is made already: stage, needs and profile follow the model's reading, what was asked does not.
    """
    profile = plan.conversation.profile
    for message in plan.messages:
        profile = believable(extraction, profile, message.text, message.turn_id)
    before = with_language(plan.before, profile.language)
    changed = _changed(before.profile, profile)
    is_clearer = plan.signal in _UNCLEAR and extraction.signal is not Signal.NONE
    signal = extraction.signal if is_clearer else plan.signal
    if profile == plan.conversation.profile and signal is plan.signal:
        return plan
    facts = Facts(profile=profile, changed=changed, is_correction=False, is_skip=plan.signal is Signal.SKIP)
    wish = extraction.change_wish or plan.message
    move, decided = _decide(before, wish, Heard(signal), facts, playbook=spoken(before, playbook))
    kept: dict[str, object] = {"history": plan.conversation.history}
    if move.aim is not Aim.RECOMMEND:
        # Only this step is worded by the prompt itself, question and all, whatever was planned.
        kept |= {"asked": plan.conversation.asked, "open_question": plan.conversation.open_question}
    return plan.model_copy(
        update={
            "conversation": decided.model_copy(update=kept),
            "changed": _changed(plan.before.profile, decided.profile),
            "signal": signal,
            "needs": move.needs,
            "change_wish": move.wish,
        }
    )


def join_waiting(
    conversation: Conversation, message: str, turn_id: UUID, playbook: Playbook
) -> tuple[Conversation, tuple[str, ...]]:
    """Keep what the visitor adds while a result is awaited; the stage stays. Returns what changed, too."""
    following = following_language(conversation, message, turn_id, playbook)
    _, facts = _listen(following, message, turn_id, spoken(following, playbook))
    joined = with_message(_knowing(following, facts, playbook), message)
    return joined, _changed(conversation.profile, joined.profile)


def _listen_to_all(
    conversation: Conversation, messages: tuple[Message, ...], playbook: Playbook, *, presumes: bool
) -> tuple[Conversation, Heard, Facts]:
    """What all messages say together, and the conversation as it stood before the last of them."""
    read, parts = conversation, list[tuple[Heard, Facts]]()
    for message in messages:
        if parts:
            read = without_answered_question(_knowing(read, parts[-1][1], playbook))
        read = following_language(read, message.text, message.turn_id, playbook)
        in_language = spoken(read, playbook)
        heard, facts = _listen(read, message.text, message.turn_id, in_language)
        if presumes and heard.signal in _SAYS_NOTHING and not _tells(read, facts):
            heard = presumed(heard, searchable(legible(message.text)), read, in_language)
        parts.append((heard, facts))
    heard, facts = parts[-1]
    if len(parts) > 1:
        heard = weightiest([one for one, _ in parts])
        changed = _changed(conversation.profile, facts.profile)
        corrects = any(one.is_correction for _, one in parts)
        facts = replace(facts, changed=changed, is_correction=corrects)
    return read, heard, facts


def _listen(
    conversation: Conversation, message: str, turn_id: UUID, playbook: Playbook
) -> tuple[Heard, Facts]:
    words = legible(message)
    heard = hear(searchable(words), conversation, playbook)
    asked = Asked(
        slot=conversation.open_question,
        along=asked_along(conversation, playbook),
        told=conversation.told,
        asides=heard.asides,
        tools=playbook.tools,
    )
    ways = ways_of(playbook.listening) if playbook.listening else ENGLISH
    facts = read_facts(words, turn_id, conversation.profile, asked, ways=ways)
    if _gives_address(conversation, facts) and heard.signal in {Signal.NONE, Signal.THANKS}:
        heard = Heard(Signal.ACCEPT)
    if heard.signal is Signal.QUESTION_PRICE:
        # "That depends on the price" gives no question up: it is answered once the price is known.
        facts = replace(facts, is_skip=False)
    if facts.is_skip and heard.signal is Signal.NONE:
        heard = Heard(Signal.SKIP)
    return heard, facts


def _tells(conversation: Conversation, facts: Facts) -> bool:
    """Whether the message tells a fact; a name beside the offer of the demo comes along with the answer."""
    aside = _ABOUT_THE_PERSON if conversation.open_question == TIER else frozenset[str]()
    return bool(set(facts.changed) - aside)


def _gives_address(conversation: Conversation, facts: Facts) -> bool:
    """Where the demo was offered and an address asked for, an address is a yes."""
    return conversation.open_question == TIER and "contact_email" in facts.changed


def _decide(
    conversation: Conversation, message: str, heard: Heard, facts: Facts, *, playbook: Playbook
) -> tuple[Move, Conversation]:
    knowing = _knowing(conversation, facts, playbook)
    tells_news = bool(facts.changed)
    if not says_goodbye(knowing, heard.signal, tells_news=tells_news):
        knowing = advance(knowing, playbook)
    meant = Signal.RELUCTANCE if _objects_again(conversation, heard) else heard.signal
    move = next_move(knowing, meant, message, playbook, tells_news=tells_news)
    objected = heard.subject.about if heard.signal is Signal.OBJECTION and heard.subject else None
    moved = knowing.model_copy(
        update={
            "stage": move.stage,
            "wish": move.wish,
            "is_stale": knowing.is_stale and move.needs != "proposal",
            "objections": tuple(dict.fromkeys((*knowing.objections, *([objected] if objected else ())))),
            "closed": move.aim is Aim.CLOSE,
        }
    )
    return move, with_question(with_message(moved, message), _asked_by(move))


def _objects_again(conversation: Conversation, heard: Heard) -> bool:
    """Whether an objection was answered before: who makes it again is not won over, and is let go in time."""
    subject = heard.subject if heard.signal is Signal.OBJECTION else None
    return subject is not None and subject.about in conversation.objections


def _asked_by(move: Move) -> str | None:
    return move.slot or _ASKED_BY.get(move.aim)


def _knowing(conversation: Conversation, facts: Facts, playbook: Playbook) -> Conversation:
    """The conversation with what was told; a proposal that lacks it is stale."""
    has_draft = conversation.proposal is not None or conversation.awaiting is not None
    shaping = set(facts.changed) - _ABOUT_THE_PERSON
    if conversation.stage in {Stage.RECOMMEND, Stage.BOOK}:
        # What is only new comes too late to change what was agreed on; what was wrong does not.
        shaping &= set(playbook.tier_rule.words) | _replaced(conversation.profile, facts)
    skipped = (conversation.open_question,) if facts.is_skip and conversation.open_question else ()
    return conversation.model_copy(
        update={
            "profile": facts.profile,
            "told": facts.changed or conversation.told,
            "skipped": tuple(dict.fromkeys((*conversation.skipped, *skipped))),
            "is_stale": conversation.is_stale or (has_draft and bool(shaping)),
        }
    )


def _replaced(before: Profile, facts: Facts) -> set[str]:
    """The slots that held something else before; a list that grew is no correction."""
    known = {slot: getattr(before, slot) for slot in facts.changed}
    return {slot for slot, told in known.items() if told is not None and not isinstance(told.value, tuple)}


def _changed(before: Profile, after: Profile) -> tuple[str, ...]:
    return tuple(name for name in Profile.model_fields if getattr(before, name) != getattr(after, name))
