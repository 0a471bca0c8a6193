"""The blocks that code makes, with a language model and without: proposal, tier, link, hand-over."""

from typing import Final

from playbook import Playbook
from playbook.draft_text import changed_parts, draft_text
from playbook.said_back import lines_named
from playbook.steps import is_mostly_unsure
from playbook.variation import has_said, least_said, was_just_said
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.language import lacks_words_for, spoken

_SEPARATOR: Final = "\n\n"


def whole_draft(conversation: Conversation, playbook: Playbook) -> str:
    """The newest draft with its tier. `conversation` is as `with_proposal` left it."""
    assert conversation.proposal is not None
    assert conversation.tier is not None
    return draft_text(
        conversation.proposal,
        conversation.tier,
        spoken(conversation, playbook),
        chosen_tier=conversation.chosen_tier,
        hours=conversation.profile.hours_per_week,
    )


def proposal_text(
    conversation: Conversation, not_granted: str | None, playbook: Playbook, *, is_guided: bool = True
) -> str:
    """The newest draft, or what it changes of the one that was read; why a wish was not granted; a question.

    A draft that changes nothing is not shown again. Only who `is_guided` is told of the numbered lines.
    """
    draft, own = whole_draft(conversation, playbook), spoken(conversation, playbook)
    read = conversation.read_draft
    says_rest = not has_said(own.lines.rest_stays, conversation)
    changed = changed_parts(read, draft, own, says_rest_stays=says_rest) if read else None
    if changed == "" and not not_granted:
        return least_said(own.lines.unchanged, conversation)
    question = reaction_question(conversation, playbook, is_redraft=bool(changed))
    question = "" if conversation.refuses_questions or conversation.closed else question
    shown = draft if changed is None else changed
    how = own.lines.how_to_change.format(lines=", ".join(lines_named(own)))
    said = (own.lines.how_to_change,)
    how = how if is_guided and shown and not was_just_said(said, conversation) else ""
    return _SEPARATOR.join(part for part in (shown, not_granted, question, how) if part)


def reaction_question(conversation: Conversation, playbook: Playbook, *, is_redraft: bool = False) -> str:
    """The question that follows a proposal; none for who has the booking link or wants a person instead."""
    playbook = spoken(conversation, playbook)
    lines = playbook.lines
    if conversation.booking_url is not None or conversation.wants_no_link:
        return least_said(lines.anything_else, conversation)
    if conversation.proposal and is_mostly_unsure(conversation.proposal, conversation.profile, playbook):
        return least_said(lines.reaction_when_unsure, conversation)
    return least_said(lines.reaction_to_redraft if is_redraft else lines.reaction, conversation)


def booking_text(conversation: Conversation, url: str, playbook: Playbook) -> str:
    """The link; the first time with a wish for name and address, unless one of them was told."""
    playbook = spoken(conversation, playbook)
    profile, lines = conversation.profile, playbook.lines
    if has_said(url, conversation):
        return least_said(lines.booking_again, conversation, link=url)
    link, is_told = lines.booking.format(link=url), profile.name or profile.contact_email
    return link if is_told else f"{link}{_SEPARATOR}{lines.contact}"


def person_text(conversation: Conversation, playbook: Playbook) -> str:
    """That the wish for a person is passed on, with the number and time they gave, or how to reach one."""
    phone, time = conversation.profile.contact_phone, conversation.profile.contact_time
    lines, website = spoken(conversation, playbook).lines, playbook.company.website
    if phone is not None and conversation.wants_person:
        wordings = lines.hand_over_with_time if time else lines.hand_over_with_number
        return least_said(wordings, conversation, phone=phone.value, time=time.value if time else "")
    wordings = lines.hand_over_without_demo if conversation.refuses_demo else lines.hand_over
    return least_said(wordings, conversation, website=website)


def holding_text(conversation: Conversation, playbook: Playbook) -> str:
    """That the awaited result takes a while and follows."""
    is_booking = conversation.awaiting is not None and conversation.awaiting.kind == "booking"
    lines = spoken(conversation, playbook).lines
    return least_said(lines.holding_booking if is_booking else lines.holding_proposal, conversation)


def language_notice(conversation: Conversation, playbook: Playbook) -> str:
    """That the visitor's language is not spoken here, and which are; once a conversation, else nothing."""
    tag = lacks_words_for(conversation, playbook)
    if tag is None:
        return ""
    notice = playbook.not_spoken_in(tag)
    return "" if has_said(notice, conversation) else notice


def failure_text(conversation: Conversation, playbook: Playbook) -> str:
    """That a message could not be answered; as the first reply it discloses the AI, too."""
    playbook = spoken(conversation, playbook)
    if conversation.is_introduced:
        return playbook.lines.failure
    return f"{playbook.company.disclosure} {playbook.lines.failure}"
