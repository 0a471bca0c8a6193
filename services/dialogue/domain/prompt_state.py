"""The state of a conversation as a language model reads it, visitors' words marked as material."""

import json
from collections.abc import Iterable, Mapping, Sequence

from contracts.values import Profile, Slot
from playbook import Playbook
from playbook.claims import visible
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.stage_machine import NextAction
from services.dialogue.domain.summary import earlier_lines

_NONE = "none"
_DRAFT_FIELDS = {"agent_name", "does", "out_of_scope", "integrations", "success_measure"}


def state_values(
    conversation: Conversation, legal: Sequence[NextAction], playbook: Playbook
) -> Mapping[str, str]:
    """What is told of a conversation, by the names of the template."""
    return {
        "known": marked(compact(known_values(conversation.profile))),
        "skipped": ", ".join(conversation.skipped) or _NONE,
        "open_questions": ", ".join(_open_questions(conversation, legal, playbook)) or _NONE,
        "summary": " ".join(_happened(conversation)) or "nothing yet",
        "proposal": _proposal(conversation) or _NONE,
        "tier": _tier(conversation, playbook) or _NONE,
        "actions": ", ".join(action.key for action in legal),
    }


def known_values(profile: Profile) -> Mapping[str, object]:
    """The values of the slots that are filled; a range is written `16-50`."""
    slots = ((name, getattr(profile, name)) for name in Profile.model_fields if name != "language")
    return {name: _value(slot) for name, slot in slots if slot is not None}


def compact(values: Mapping[str, object]) -> str:
    """As JSON, without a blank more than needed."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def marked(words: str) -> str:
    """Words of a visitor, marked as theirs here and in no template, so that none can leave it out."""
    return f"<visitor>{as_material(words)}</visitor>"


def as_material(words: str) -> str:
    """Words of a visitor that cannot close the tag which marks them as material, nor hide anything."""
    return visible(words).replace("<", "\u2039").replace(">", "\u203a")


def _open_questions(
    conversation: Conversation, legal: Sequence[NextAction], playbook: Playbook
) -> Iterable[str]:
    """What may be asked for, by stage; in one stage, what was asked less often comes first."""
    places = {
        question.slot: place
        for place, script in enumerate(playbook.stages.values())
        for question in script.questions
    }
    known = conversation.profile.known()
    slots = [action.slot for action in legal if action.slot is not None and action.slot not in known]
    for slot in sorted(slots, key=lambda slot: (places.get(slot, 0), conversation.times_asked(slot))):
        times = conversation.times_asked(slot)
        yield f"{slot} (asked {times}x)" if times else slot


def _happened(conversation: Conversation) -> Iterable[str]:
    if lines := earlier_lines(conversation.history):
        yield f"Earlier they wrote: {' '.join(map(marked, lines))}."
    if conversation.proposal is not None:
        yield f"Draft {conversation.revision} of the proposal was shown."
    if conversation.change_wish:
        yield f"They asked for this change: {marked(conversation.change_wish)}."
    if conversation.awaiting is not None:
        yield f"The {conversation.awaiting.kind} is being made and follows by itself."
    if conversation.booking_url is not None:
        yield f"The booking link was given: {conversation.booking_url}"
    if conversation.wants_person:
        yield "They asked for a person before."
    if conversation.has_deferred:
        yield "A question was put down for the colleagues before, and that was said."
    if conversation.has_declined or conversation.closed:
        yield "They have said no before."


def _tier(conversation: Conversation, playbook: Playbook) -> str:
    """The tier that the rule gave and why, and the one that the visitor chose instead."""
    tier, chosen = conversation.tier, conversation.chosen_tier
    if tier is None:
        return f"the visitor chose {chosen}" if chosen else ""
    price = playbook.language.price_of(tier.monthly_price_usd)
    # The reason may hold the visitor's words.
    recommended = f"{tier.name}, {price} a month, because {as_material(tier.reason)}"
    return f"{recommended}; the visitor chose {chosen}" if chosen and chosen != tier.tier else recommended


def _proposal(conversation: Conversation) -> str:
    draft = conversation.proposal
    if draft is None:
        return ""
    hours = {
        "hours_now_per_week": draft.hours_now_per_week,
        "hours_saved_per_week": draft.hours_saved_per_week,
    }
    return marked(compact(draft.model_dump(include=_DRAFT_FIELDS) | hours))


def _value(slot: Slot[object]) -> object:
    value, up_to = slot.value, getattr(slot, "up_to", None)
    value = int(value) if isinstance(value, float) and value.is_integer() else value
    return f"{value}-{up_to:.15g}" if up_to is not None else value
