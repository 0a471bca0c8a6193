"""One turn, decided: what was understood is applied, and the next action follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, Self
from urllib.parse import quote

from playbook import Playbook
from playbook.claims.own_words import holds
from playbook.lexicon import plain
from playbook.reading.meaning import CONTACT_SLOTS, UNKNOWN_QUESTION, Intent, Understanding
from playbook.reading.talk import Message
from playbook.reading.text import is_only
from playbook.reading.updates import DEPENDS_ON_TASK, apply_updates, changed_slots
from playbook.variation import has_said
from services.dialogue.domain.conversation import Conversation, with_question
from services.dialogue.domain.language import spoken, with_language
from services.dialogue.domain.stage_machine import (
    MOST_TIMES_ASKED,
    ActionKind,
    NextAction,
    decide,
    stage_after,
)

Result = Literal["proposal", "booking"]
_RESULTS: Mapping[ActionKind, Result] = {
    ActionKind.PROPOSE: "proposal",
    ActionKind.REDRAFT: "proposal",
    ActionKind.BOOK: "booking",
}
_DRAFTED = frozenset({ActionKind.PROPOSE, ActionKind.REDRAFT})
_BESIDE_THE_PROPOSAL = CONTACT_SLOTS | {"language"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedTurn:
    """What a turn does. `conversation` is as it will be after it, its reply aside; `before` as it was.

    `changed` are the slots that changed.
    """

    before: Conversation
    conversation: Conversation
    messages: tuple[Message, ...]
    understanding: Understanding
    action: NextAction
    changed: tuple[str, ...] = ()

    @property
    def awaited(self) -> Result | None:
        """The result that another service has to make before the reply is complete."""
        result, after = _RESULTS.get(self.action.kind), self.conversation
        return None if result == "booking" and after.booking_url is not None else result

    @property
    def asks_unknown(self) -> bool:
        """Whether the visitor asked what no fact answers."""
        return UNKNOWN_QUESTION in self.understanding.questions

    def leaving_a_question(self) -> Self:
        """The turn of a reply that promises to note a question for a colleague: it is noted."""
        asked = dict.fromkeys((*self.understanding.questions, UNKNOWN_QUESTION))
        understanding = self.understanding.model_copy(update={"questions": tuple(asked)})
        after = self.conversation.model_copy(update={"has_deferred": True})
        return replace(self, understanding=understanding, conversation=after)


def decide_turn(
    conversation: Conversation,
    messages: tuple[Message, ...],
    understanding: Understanding,
    playbook: Playbook,
    *,
    preferred: str = "",
) -> DecidedTurn:
    """Apply what was understood and decide.

    Args:
        conversation: with `messages` in its history already.
        messages: what this turn answers.
        understanding: of these messages, by a model or the reader.
        playbook: in the company's own language.
        preferred: the key of the action that a model chose.
    """
    switched = with_language(conversation, understanding.language, playbook)
    understanding = _without_chosen_tier(understanding, playbook)
    understanding = _without_named_part(understanding, spoken(switched, playbook))
    understanding = _without_wished_steps(understanding, switched)
    profile = apply_updates(switched.profile, understanding.updates, switched.visitor_messages)
    told = changed_slots(switched.profile, profile)
    known = _knowing(switched.model_copy(update={"profile": profile}), understanding, told)
    known = _choosing(known, understanding, playbook)
    known = _having_asked(known, understanding, playbook)
    action = decide(known, understanding, playbook, preferred=preferred)
    known = _wishing(known, action, _wish(understanding, messages))
    if action.kind is ActionKind.BOOK and not _has_current_link(known):
        known = known.model_copy(update={"booking_url": None})
    leaves = action.kind is ActionKind.REDRAFT and understanding.wants(Intent.TAKE_LEAVE)
    is_closed = leaves or action.kind is ActionKind.CLOSE
    after = known.model_copy(
        update={
            "stage": stage_after(known, action, playbook),
            "is_stale": known.is_stale and action.kind not in _DRAFTED,
            "closed": is_closed,
            "has_declined": is_closed and _says_no(known, understanding),
            "wants_person": known.wants_person or action.kind is ActionKind.HAND_OVER,
            "has_deferred": known.has_deferred or UNKNOWN_QUESTION in understanding.questions,
        }
    )
    return DecidedTurn(
        before=conversation,
        conversation=_asking(after, action, understanding),
        messages=messages,
        understanding=understanding,
        action=action,
        changed=changed_slots(conversation.profile, profile),
    )


def _says_no(known: Conversation, understanding: Understanding) -> bool:
    """Whether they decline. Who waits for a person says no to the demo alone."""
    return (known.has_declined or understanding.wants(Intent.DECLINE)) and not known.wants_no_link


def _has_current_link(conversation: Conversation) -> bool:
    """Whether the booking link carries the name and the address that are known by now."""
    url, profile = conversation.booking_url, conversation.profile
    known = (slot.value for slot in (profile.name, profile.contact_email) if slot is not None)
    return url is not None and all(quote(value, safe="") in url for value in known)


def _having_asked(
    conversation: Conversation, understanding: Understanding, playbook: Playbook
) -> Conversation:
    """A question that was read in both of its wordings is not said again, but behind an answer of ours."""
    slot = conversation.open_question
    question = spoken(conversation, playbook).question(slot) if slot else None
    if question is None or understanding.wants(Intent.ASK):
        return conversation
    if not all(has_said(wording, conversation) for wording in (question.ask, question.again)):
        return conversation
    return conversation.model_copy(update={"asked": {**conversation.asked, slot: MOST_TIMES_ASKED}})


def _asking(conversation: Conversation, action: NextAction, understanding: Understanding) -> Conversation:
    """After the question of the action; repeated after a new question of the visitor it does not count."""
    only_asks = set(understanding.intents) == {Intent.ASK} and not understanding.updates
    is_new, slot = not conversation.is_repeated, action.slot
    conversation = conversation.model_copy(
        update={"has_open_line": slot is not None and slot == understanding.change_slot}
    )
    if slot is not None and any(candidate.slot == slot for candidate in understanding.candidates):
        # Whoever is asked which it is, and does not say, is not asked a third time.
        asked = {**conversation.asked, slot: MOST_TIMES_ASKED}
        return conversation.model_copy(update={"asked": asked, "open_question": slot})
    if slot is not None and slot == conversation.open_question and only_asks and is_new:
        return conversation
    return with_question(conversation, slot)


def _knowing(
    conversation: Conversation, understanding: Understanding, changed: tuple[str, ...]
) -> Conversation:
    """With what was skipped or taken back, and with the proposal stale where it lacks what was told."""
    slot = conversation.open_question
    is_skipped = understanding.wants(Intent.SKIP) and slot is not None and slot not in changed
    has_draft = conversation.proposal is not None or conversation.awaiting is not None
    known, left = conversation.profile.known(), understanding.leaves_open
    emptied = [name for name in changed if name not in known and name not in left]
    anew = set(emptied) & set(DEPENDS_ON_TASK)
    wants_person = understanding.wants(Intent.WANT_PERSON)
    refuses = wants_person and understanding.wants(Intent.DECLINE, Intent.NO_QUESTIONS)
    wants_demo = understanding.wants(Intent.WANT_DEMO)
    asked = {name: times for name, times in conversation.asked.items() if name not in anew}
    if emptied and slot in asked:
        # Nobody answered what stood beside it.
        asked[slot] -= 1
    skipped = dict.fromkeys((*conversation.skipped, *left, *([slot] if is_skipped and slot else ())))
    return conversation.model_copy(
        update={
            "asked": asked,
            # What was taken back is asked for at once.
            "open_question": next(iter(emptied), slot),
            "skipped": tuple(skipped),
            "refuses_questions": conversation.refuses_questions or understanding.wants(Intent.NO_QUESTIONS),
            "refuses_demo": not wants_demo and (conversation.refuses_demo or refuses),
            "is_stale": conversation.is_stale or (has_draft and bool(set(changed) - _BESIDE_THE_PROPOSAL)),
        }
    )


def _without_chosen_tier(understanding: Understanding, playbook: Playbook) -> Understanding:
    """Without a wish that only names the tier, beside nothing else: choosing it grants it."""
    names = {tier.key: tier.name.casefold() for tier in playbook.catalogue}
    wish, chosen = understanding.change_wish, names.get(understanding.tier or "")
    if chosen is None or understanding.updates or (wish and chosen not in wish.casefold()):
        return understanding
    intents = tuple(intent for intent in understanding.intents if intent is not Intent.WANT_CHANGE)
    return understanding.model_copy(update={"intents": intents, "change_wish": None})


def _without_named_part(understanding: Understanding, playbook: Playbook) -> Understanding:
    """Without a wish that only names a part, "the hours are wrong": it is asked what is to change."""
    wish, words = plain(understanding.change_wish or ""), playbook.lexicon
    for word in plain(playbook.lines.quick_replies.change).split():
        wish = wish.replace(word, " ")
    light = (
        *words.parts.values(), words.intents["want_change"], words.orders, words.answers.light,
        words.answers.articles,
    )  # fmt: skip
    return understanding.model_copy(update={"change_wish": None}) if is_only(wish, light) else understanding


def _without_wished_steps(understanding: Understanding, conversation: Conversation) -> Understanding:
    """Without steps that are a part of the wish: what the agent is to do is not what is done today."""
    wish, updates = understanding.change_wish, understanding.updates
    if wish is None or conversation.proposal is None or understanding.wants(Intent.CORRECT):
        return understanding
    kept = tuple(update for update in updates if update.slot != "steps" or not holds(wish, update.quote))
    return understanding.model_copy(update={"updates": kept})


def _choosing(conversation: Conversation, understanding: Understanding, playbook: Playbook) -> Conversation:
    """With the tier that the visitor chose instead of the recommended one."""
    key = understanding.tier
    if key is None or key not in {tier.key for tier in playbook.catalogue}:
        return conversation
    recommended = conversation.tier.tier if conversation.tier else None
    return conversation.model_copy(update={"chosen_tier": None if key == recommended else key})


def _wishing(conversation: Conversation, action: NextAction, wish: str | None) -> Conversation:
    """With the change that the next draft is to make; what is wished while one is made makes it stale."""
    before = conversation.change_wish
    if action.kind is ActionKind.REDRAFT:
        return conversation.model_copy(update={"change_wish": wish or before})
    if conversation.awaiting is None or action.kind is ActionKind.CLOSE:
        return conversation.model_copy(update={"change_wish": None})
    both = "\n".join(each for each in (before, wish) if each)
    is_stale = conversation.is_stale or wish is not None
    return conversation.model_copy(update={"change_wish": both or None, "is_stale": is_stale})


def _wish(understanding: Understanding, messages: tuple[Message, ...]) -> str | None:
    if understanding.change_wish:
        return understanding.change_wish
    is_wish = understanding.wants(Intent.WANT_CHANGE) and not understanding.updates
    return "\n".join(message.text for message in messages) if is_wish else None
