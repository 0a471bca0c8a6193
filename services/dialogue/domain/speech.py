"""The guided reply: what is said where no language model speaks, in the lines of the playbook alone.

First the answers to what the visitor asked, then what was stored, then exactly one question or offer.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from playbook import Playbook
from playbook.reading.meaning import Intent, SlotName, SlotUpdate, Understanding
from playbook.said_back import numbered_line, said_count
from playbook.variation import has_said, least_said
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.language import opening_of, spoken
from services.dialogue.domain.reaction import (
    acknowledgement,
    answers,
    asks_what_to_change,
    courtesy,
    parts_noted,
)
from services.dialogue.domain.results import (
    booking_text,
    holding_text,
    language_notice,
    person_text,
    reaction_question,
)
from services.dialogue.domain.stage_machine import ActionKind, NextAction

# These replies only go on, so a visitor whose language is not spoken here is first asked for another.
_CAN_WAIT: Final = frozenset({ActionKind.ASK, ActionKind.ANSWER})


def speak_without_model(
    conversation: Conversation,
    action: NextAction,
    understanding: Understanding,
    playbook: Playbook,
    *,
    is_translated: bool = False,
) -> str:
    """The reply to what was understood, for an action that was decided.

    `conversation` is as it will be after the turn, this reply aside. Where a result is awaited, the reply is
    what stands before it; a link that is known is in the reply. Unless the playbook `is_translated`, a
    visitor whose language it does not have is told so.
    """
    notice = "" if is_translated else language_notice(conversation, playbook)
    if notice and action.kind in _CAN_WAIT:
        return notice
    own = spoken(conversation, playbook)
    opening = [notice or opening_of(conversation, own)]
    if not conversation.is_introduced and action.kind is ActionKind.ASK:
        opening.append(own.lines.guided)
    told = (*answers(conversation, understanding, own), *acknowledgement(conversation, understanding, own))
    reaction = [*told] or courtesy(conversation, action, understanding, own)
    step = _step(conversation, action, understanding, own)
    sentences = [*reaction, *([] if reaction and _link_follows(conversation, action) else step)]
    return "\n\n".join(part for part in (_joined(opening), _joined(sentences)) if part)


def next_step(conversation: Conversation, action: NextAction, playbook: Playbook) -> str:
    """What a reply ends with: the question of its action, or after a proposal what helps to decide.

    Who has the booking link decided, and who wants no more questions is asked none.
    """
    own = spoken(conversation, playbook)
    question = own.question(action.slot or "")
    if question is not None:
        return least_said((question.ask, question.again), conversation)
    if action.kind is not ActionKind.ANSWER or conversation.refuses_questions:
        return ""
    if conversation.booking_url is not None:
        return least_said(own.lines.anything_else, conversation)
    return reaction_question(conversation, own)


def _step(
    conversation: Conversation, action: NextAction, understanding: Understanding, playbook: Playbook
) -> list[str]:
    """The one question or offer of the action."""
    lines = playbook.lines
    match action.kind:
        case ActionKind.ASK if understanding.candidates:
            step = [asked_back(conversation, understanding.candidates, playbook)]
        case ActionKind.ASK if understanding.change_slot:
            step = [_asked_anew(conversation, understanding.change_slot, playbook)]
        case ActionKind.ASK:
            step = [next_step(conversation, action, playbook)]
        case ActionKind.ANSWER:
            step = _offered(conversation, understanding, playbook)
        case ActionKind.PROPOSE:
            step = [least_said(lines.proposal_follows, conversation)]
        case ActionKind.REDRAFT:
            step = [least_said(lines.redraft_follows, conversation)]
        case ActionKind.BOOK | ActionKind.HAND_OVER:
            step = [_granted(conversation, action, playbook)]
        case ActionKind.HOLD:
            step = [holding_text(conversation, playbook)]
        case ActionKind.CLOSE:
            step = _goodbye(conversation, playbook)
    return step


def asked_back(conversation: Conversation, candidates: Sequence[SlotUpdate], playbook: Playbook) -> str:
    """The question which of these is meant, with all of them in words."""
    lines, first = playbook.lines, candidates[0]
    counts = [
        said_count(one.slot, float(one.values[0]), playbook, words=one.quote, up_to=one.up_to)
        for one in candidates
    ]
    if len(counts) == 1:
        wordings = lines.is_everybody if first.slot == "team_size" else lines.is_all_hours
        return least_said(wordings, conversation, value=counts[0])
    return least_said(lines.which_number, conversation, values=playbook.language.either(counts))


def _asked_anew(conversation: Conversation, name: SlotName, playbook: Playbook) -> str:
    """The question what should stand in a line, with what stands there now."""
    line = numbered_line(name, playbook, getattr(conversation.profile, name))
    return least_said(playbook.lines.ask_anew, conversation, line=line)


def _offered(conversation: Conversation, understanding: Understanding, playbook: Playbook) -> list[str]:
    """What helps to decide: which part is meant, the tier that was chosen, the link, or what else."""
    lines, url = playbook.lines, conversation.booking_url
    if asks_what_to_change(conversation, understanding, playbook):
        noted = [
            numbered_line(slot, playbook, getattr(conversation.profile, slot))
            for slot in parts_noted(conversation, playbook)
        ]
        return [least_said(lines.change, conversation, lines="\n".join(noted))]
    chosen = _chosen_tier(conversation, understanding, playbook)
    if url is None and conversation.wants_no_link:
        return [*chosen, least_said(lines.anything_else, conversation)]
    if url is None and (conversation.proposal is None or conversation.refuses_questions):
        return [least_said(lines.no_questions, conversation)]
    if url is None:
        has_doubt = understanding.wants(Intent.OBJECT)
        return [*chosen, least_said(lines.after_concern if has_doubt else lines.reaction, conversation)]
    if has_said(url, conversation):
        return [*chosen, least_said(lines.anything_else, conversation)]
    return [*chosen, booking_text(conversation, url, playbook)]


def _chosen_tier(conversation: Conversation, understanding: Understanding, playbook: Playbook) -> list[str]:
    """That the visitor's own choice of a tier is noted, beside the one recommended."""
    recommended = conversation.tier
    if understanding.tier is None or recommended is None or understanding.tier == recommended.tier:
        return []
    chosen = next((tier for tier in playbook.catalogue if tier.key == understanding.tier), None)
    if chosen is None:
        return []
    price = playbook.language.price_of(chosen.monthly_price_usd)
    wordings = playbook.lines.tier_chosen
    return [least_said(wordings, conversation, chosen=chosen.name, price=price, recommended=recommended.name)]


def _goodbye(conversation: Conversation, playbook: Playbook) -> list[str]:
    """A goodbye; who did not say no is not left without the way to what they asked for."""
    if conversation.has_declined:
        return [least_said(playbook.lines.declined, conversation)]
    goodbye = least_said(playbook.lines.goodbye, conversation)
    if conversation.booking_url is None or conversation.has_demo:
        return [goodbye]
    return [booking_text(conversation, conversation.booking_url, playbook), goodbye]


def _granted(conversation: Conversation, action: NextAction, playbook: Playbook) -> str:
    """How to reach a person, or the link; a lead-in to it while there is none yet."""
    url = conversation.booking_url
    if action.kind is ActionKind.HAND_OVER:
        return person_text(conversation, playbook)
    if url is None:
        return least_said(playbook.lines.link_follows, conversation)
    return booking_text(conversation, url, playbook)


def _link_follows(conversation: Conversation, action: NextAction) -> bool:
    """Whether the link is what the visitor reads next."""
    return action.kind is ActionKind.BOOK and conversation.booking_url is None


def _joined(sentences: Iterable[str]) -> str:
    """One paragraph; a sentence with a link or with paragraphs of its own stands apart."""
    text = ""
    for sentence in filter(None, dict.fromkeys(sentences)):
        is_apart = "://" in sentence or "\n" in sentence or "://" in text.rpartition("\n\n")[2]
        gap = "\n\n" if is_apart else " "
        text = f"{text}{gap}{sentence}" if text else sentence
    return text
