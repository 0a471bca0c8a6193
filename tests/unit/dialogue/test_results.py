"""The blocks that code makes: each in the visitor's language, with what it must hold and no question."""

import pytest

from contracts.values import Slot
from playbook.draft_text import draft_text, tier_text
from playbook.said_back import addressed
from services.dialogue.domain.conversation import Conversation, with_reply
from services.dialogue.domain.results import (
    booking_text,
    failure_text,
    holding_text,
    person_text,
    proposal_text,
    reaction_question,
    whole_draft,
)
from tests.unit.dialogue.guided_talk import (
    CONVERSATION,
    LANGUAGES,
    LINK,
    PLAYBOOK,
    PROPOSAL,
    GuidedTalk,
    a_tier,
    up_to_the_proposal,
)


def hours(value: float, words: str, up_to: float | None = None) -> Slot[float]:
    return Slot[float](value=value, words=words, turn_id=CONVERSATION, up_to=up_to)


def in_language(code: str) -> Conversation:
    language = Slot[str](value=code, words="-", turn_id=CONVERSATION)
    opened = Conversation.open(CONVERSATION, "widget")
    return opened.model_copy(update={"profile": opened.profile.model_copy(update={"language": language})})


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_proposal_holds_all_its_parts_and_its_tier_under_the_labels_of_the_language(code: str):
    playbook = PLAYBOOK.spoken_in(code)

    text = draft_text(PROPOSAL, a_tier(), playbook)

    labels = (*playbook.lines.proposal.model_dump().values(), *playbook.lines.tier.model_dump().values())
    not_shown = {playbook.lines.proposal.hours_now, playbook.lines.tier.chosen}
    for label in set(labels) - not_shown:
        assert label.split("{")[0].strip() in text
    assert playbook.language.price_of(2500) in text
    assert not set("?{}") & set(text)


def test_a_tier_says_its_price_what_it_includes_why_and_what_would_change_it():
    assert tier_text(a_tier(), PLAYBOOK) == (
        f"**Recommended:** Growth, {PLAYBOOK.language.price_of(2500)} a month\n"
        "**It includes:** 8 and 9\n"
        "**Why:** 6.\n"
        "**What would change it:** 7."
    )


def test_a_tier_chosen_against_the_recommendation_stands_before_it():
    text = tier_text(a_tier(), PLAYBOOK, chosen_tier="starter")

    first, includes, second, *_ = text.splitlines()
    assert first == f"**Your choice:** Starter, {PLAYBOOK.language.price_of(1250)} a month"
    assert "one AI agent" in includes
    assert second.startswith("**Recommended:** Growth")


def test_a_chosen_tier_that_is_the_recommended_one_is_shown_once():
    assert tier_text(a_tier(), PLAYBOOK, chosen_tier="growth") == tier_text(a_tier(), PLAYBOOK)


def test_the_hours_saved_are_shown_with_the_sum_they_follow_from():
    assert "about 4 hours a week: 6 hours today, 2 by your own measure" in draft_text(
        PROPOSAL, a_tier(), PLAYBOOK
    )


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (hours(6, "6 to 10", 10), "**Today:** 6 to 10 hours a week"),
        (hours(6, "more than 5"), "**Today:** more than 5 hours a week"),
    ],
)
def test_no_saving_is_computed_from_a_range_of_hours(told: Slot[float], shown: str):
    text = draft_text(PROPOSAL, a_tier(), PLAYBOOK, hours=told)

    assert shown in text
    assert "saved" not in text


def test_unknown_parts_are_left_out_with_their_headings():
    bare = PROPOSAL.model_copy(
        update={
            "out_of_scope": (),
            "to_look_at": (),
            "integrations": (),
            "hours_now_per_week": None,
            "success_measure": None,
        }
    )

    text = draft_text(bare, a_tier(would_change=""), PLAYBOOK)

    for heading in ("stays with", "look at together", "Works with", "Today", "has worked", "would change"):
        assert heading not in text


def test_a_shown_proposal_says_why_a_wish_was_not_granted_and_asks_for_a_reaction():
    conversation = up_to_the_proposal().conversation

    text = proposal_text(conversation, "The price stays.", PLAYBOOK)

    assert text.startswith("**Ada 2**")
    assert text.endswith(f"The price stays.\n\n{PLAYBOOK.lines.reaction[1]}")


def test_a_proposal_ends_with_how_a_line_is_changed():
    reply = up_to_the_proposal().reply

    assert "To change a line, write its number" in reply
    assert reply.endswith("7 Hours a week, 8 Success.")


def reading(conversation: Conversation, **changes: object) -> tuple[str, Conversation]:
    """What a redraft with these changes shows to whoever has read the proposal, and the conversation then."""
    read = whole_draft(conversation, PLAYBOOK)
    redraft = PROPOSAL.model_copy(update=changes)
    after = conversation.model_copy(update={"read_draft": read, "proposal": redraft, "revision": 2})
    return proposal_text(after, None, PLAYBOOK), after


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_redraft_shows_its_name_what_changed_and_that_the_rest_stays(code: str):
    conversation = up_to_the_proposal().conversation
    conversation = conversation.model_copy(update={"profile": in_language(code).profile})
    lines = PLAYBOOK.spoken_in(code).lines

    text, after = reading(conversation, does=("1", "1b"), to_look_at=(), integrations=("Gmail",))

    blocks = text.split("\n\n")
    assert blocks[:2] == ["**Ada 2**", f"{lines.proposal.does}\n- 1\n- 1b"]
    assert blocks[2] == lines.proposal.integrations.format(tools="Gmail")
    assert blocks[3:5] == [f"{lines.proposal.to_look_at}\n- {lines.nothing_left}", lines.rest_stays]
    assert blocks[5] in lines.reaction_to_redraft
    assert after.shows_proposal(text)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_redraft_that_changes_nothing_is_not_shown_again(code: str):
    conversation = up_to_the_proposal().conversation
    conversation = conversation.model_copy(update={"profile": in_language(code).profile})
    lines = PLAYBOOK.spoken_in(code).lines

    same, after = reading(conversation)
    reason = proposal_text(after.model_copy(update={"tier": a_tier(reason="Another.")}), None, PLAYBOOK)
    refused = proposal_text(after, "The price stays.", PLAYBOOK)

    assert same == lines.unchanged[0]
    assert reason.startswith(f"**Ada 2**\n\n{lines.tier.why.format(reason='Another.')}\n\n{lines.rest_stays}")
    assert refused in {f"The price stays.\n\n{line}" for line in lines.reaction}
    assert not after.shows_proposal(same + refused)


def test_the_proposal_of_another_task_or_in_another_language_is_shown_whole():
    conversation = up_to_the_proposal().conversation

    assert reading(conversation, agent_name="Bert")[0].startswith("**Bert**\nAda 2.")
    _, after = reading(conversation)
    german = after.model_copy(update={"profile": in_language("de").profile})
    assert whole_draft(german, PLAYBOOK) in proposal_text(german, None, PLAYBOOK)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_next_step_after_a_proposal_that_is_mostly_unsure_is_the_demo(code: str):
    conversation = up_to_the_proposal(code).conversation
    lines, unsure = PLAYBOOK.spoken_in(code).lines, PROPOSAL.model_copy(update={"to_look_at": ("5", "6")})

    text = proposal_text(conversation.model_copy(update={"proposal": unsure}), None, PLAYBOOK)

    assert text.split("\n\n")[-1] in lines.reaction_when_unsure
    assert reaction_question(conversation, PLAYBOOK) not in lines.reaction_when_unsure


def test_the_first_link_asks_in_passing_for_name_and_address():
    text = booking_text(up_to_the_proposal().conversation, LINK, PLAYBOOK)

    assert text == (
        f"Here is the link to pick a time for your demo: {LINK}\n\n"
        "If you like, send me your name and email address too, so that we know whom to expect."
    )


def test_a_link_that_was_given_is_only_repeated():
    told = with_reply(in_language("en"), booking_text(in_language("en"), LINK, PLAYBOOK))

    assert booking_text(told, LINK, PLAYBOOK) == f"You can pick a time for the demo here: {LINK}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_block_is_in_the_language_of_the_conversation(code: str):
    conversation, lines = in_language(code), PLAYBOOK.spoken_in(code).lines

    assert booking_text(conversation, LINK, PLAYBOOK).startswith(lines.booking.format(link=LINK))
    assert PLAYBOOK.company.website in person_text(conversation, PLAYBOOK)
    assert holding_text(conversation, PLAYBOOK) == lines.holding_proposal[0]
    assert reaction_question(conversation, PLAYBOOK) == lines.reaction[0]
    assert failure_text(conversation, PLAYBOOK).endswith(lines.failure)


@pytest.mark.parametrize(
    ("code", "number"),
    [("en", "phone"), ("de", "Telefonnummer"), ("es", "teléfono"), ("fr", "téléphone"), ("pt", "telefone")],
)
def test_who_asks_for_a_person_is_told_of_a_number_and_reads_less_when_they_ask_again(code: str, number: str):
    first = person_text(in_language(code), PLAYBOOK)
    again = person_text(with_reply(in_language(code), first), PLAYBOOK)

    assert len(again) < len(first)
    assert number in first


def test_a_failure_discloses_the_ai_only_as_the_first_reply():
    introduced = in_language("en").model_copy(update={"is_introduced": True})

    assert failure_text(in_language("en"), PLAYBOOK).startswith(PLAYBOOK.company.disclosure)
    assert failure_text(introduced, PLAYBOOK) == PLAYBOOK.lines.failure


def test_holding_names_what_is_awaited_and_is_not_said_twice_in_a_row():
    waiting = GuidedTalk().awaiting("booking")

    waiting.say("?").say("??")

    lines = PLAYBOOK.lines.holding_booking
    assert lines[0] in waiting.replies[0]
    assert lines[1] in waiting.replies[1]


@pytest.mark.parametrize(
    ("language", "name", "words", "said"),
    [
        ("en", "Dana Whitfield", "Dana Whitfield", "Dana"),
        ("en", "Dr. Ann Lee", "Dr. Ann Lee", "Dr. Lee"),
        ("en", "Dr", "Dr", ""),
        ("de", "Bernd Hollerbach", "Bernd Hollerbach", "Bernd Hollerbach"),
        ("de", "Hollerbach", "Herr Hollerbach", "Herr Hollerbach"),
        ("de", "Hollerbach", "Gruß, Hollerbach", ""),
        ("fr", "Dupont", "madame Dupont", "Madame Dupont"),
    ],
)
def test_a_visitor_is_addressed_as_is_usual_in_the_language(language: str, name: str, words: str, said: str):
    slot = Slot(value=name, words=words, turn_id=CONVERSATION)

    assert addressed(slot, PLAYBOOK.spoken_in(language)) == said
