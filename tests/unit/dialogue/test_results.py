"""The blocks that code makes: each in the visitor's language, with what it must hold and no question."""

import pytest

from playbook.draft_text import draft_text, tier_text
from playbook.reading.meaning import WHAT_IS_NOTED, Intent
from playbook.reading.reader import understand
from services.dialogue.domain import results
from services.dialogue.domain.conversation import Conversation, with_messages, with_reply
from services.dialogue.domain.turn import decide_turn
from tests.support.playbooks import SHIPPED as PLAYBOOK
from tests.unit.dialogue.builders import DRAFT, URL, a_message, a_profile, a_slot
from tests.unit.dialogue.guided_talk import LANGUAGES, LINK, PROPOSAL, TIER, GuidedTalk, up_to_the_proposal


def in_language(code: str) -> Conversation:
    return GuidedTalk().now(profile=a_profile(language=code)).conversation


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_proposal_holds_all_its_parts_and_its_tier_under_the_labels_of_the_language(code: str):
    playbook = PLAYBOOK.spoken_in(code)
    text = draft_text(PROPOSAL, TIER, playbook)
    labels = (*playbook.lines.proposal.model_dump().values(), *playbook.lines.tier.model_dump().values())
    not_shown = {playbook.lines.proposal.hours_now, playbook.lines.tier.chosen}
    for label in set(labels) - not_shown:
        assert label.split("{")[0].strip() in text
    assert playbook.language.price_of(2500) in text
    assert not set("?{}") & set(text)


def test_a_tier_says_its_price_what_it_includes_why_and_what_would_change_it():
    price, *reasons = "Growth, US$2,500 a month", "**Why:** 6.", "**What would change it:** 7."
    lines = [f"**Recommended:** {price}", "**It includes:** 8 and 9", *reasons]
    assert tier_text(TIER, PLAYBOOK).splitlines() == lines
    assert tier_text(TIER, PLAYBOOK, chosen_tier="growth").splitlines() == lines
    first, includes, changes = tier_text(TIER, PLAYBOOK, chosen_tier="starter").splitlines()
    assert (first, changes) == ("**Your choice:** Starter, US$1,250 a month", reasons[1])
    assert "one AI agent" in includes


def test_the_hours_saved_are_shown_with_the_sum_they_follow_from_but_of_no_range():
    saved = draft_text(PROPOSAL, TIER, PLAYBOOK)
    assert "about 4 hours a week: 6 hours today, 2 by your own measure" in saved

    for words, up_to in (("6 to 10", 10), ("more than 5", None)):
        hours = a_slot(6).model_copy(update={"words": words, "up_to": up_to})
        text = draft_text(PROPOSAL, TIER, PLAYBOOK, hours=hours)
        assert f"**Today:** {words} hours a week" in text
        assert "saved" not in text


def test_unknown_parts_are_left_out_with_their_headings():
    unknown = {"out_of_scope": (), "to_look_at": (), "integrations": ()}
    unknown |= {"hours_now_per_week": None, "success_measure": None}
    bare, tier = PROPOSAL.model_copy(update=unknown), TIER.model_copy(update={"would_change": ""})
    text = draft_text(bare, tier, PLAYBOOK)
    for heading in ("stays with", "look at together", "Works with", "Today", "has worked", "would change"):
        assert heading not in text


def test_a_proposal_says_why_a_wish_was_not_granted_asks_for_a_reaction_and_tells_how_a_line_is_changed():
    talk = up_to_the_proposal()
    assert "To change a line, write its number" in talk.reply
    assert talk.reply.endswith("7 Hours a week, 8 Success.")
    text = results.proposal_text(talk.conversation, "The price stays.", PLAYBOOK)
    assert text.startswith("**Ada 2**")
    assert text.endswith(f"The price stays.\n\n{PLAYBOOK.lines.reaction[1]}")


def reading(conversation: Conversation, **changes: object) -> tuple[str, Conversation]:
    """What a redraft with these changes shows to whoever has read the proposal, and the conversation then."""
    read = results.whole_draft(conversation, PLAYBOOK)
    redraft = PROPOSAL.model_copy(update=changes)
    after = conversation.model_copy(update={"read_draft": read, "proposal": redraft, "revision": 2})
    return results.proposal_text(after, None, PLAYBOOK), after


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_redraft_shows_its_name_and_what_changed_and_is_not_shown_if_nothing_did(code: str):
    conversation = up_to_the_proposal().now(profile=a_profile(language=code)).conversation
    lines = PLAYBOOK.spoken_in(code).lines

    text, after = reading(conversation, does=("1", "1b"), to_look_at=(), integrations=("Gmail",))
    same, unchanged = reading(conversation)

    blocks = text.split("\n\n")
    assert blocks[:2] == ["**Ada 2**", f"{lines.proposal.does}\n- 1\n- 1b"]
    assert blocks[2] == lines.proposal.integrations.format(tools="Gmail")
    nothing = f"{lines.proposal.to_look_at.rstrip('*')}:** {lines.nothing_left}"
    assert [blocks[3].replace(" :**", ":**"), blocks[4]] == [nothing, lines.rest_stays]
    assert blocks[5] in lines.reaction_to_redraft
    assert after.shows_proposal(text)
    assert same == lines.unchanged[0]
    refused = results.proposal_text(unchanged, "The price stays.", PLAYBOOK)
    assert refused in {f"The price stays.\n\n{line}" for line in lines.reaction}
    assert not unchanged.shows_proposal(same + refused)
    another = unchanged.model_copy(update={"tier": TIER.model_copy(update={"reason": "Another."})})
    offer, why = tier_text(another.tier, PLAYBOOK.spoken_in(code)).splitlines()[0], lines.tier.why
    reason = f"**Ada 2**\n\n{offer}\n{why.format(reason='Another.')}\n\n"
    assert results.proposal_text(another, None, PLAYBOOK).startswith(f"{reason}{lines.rest_stays}")
    told = with_reply(another, text)
    assert results.proposal_text(told, None, PLAYBOOK).startswith(reason)
    assert lines.rest_stays not in results.proposal_text(told, None, PLAYBOOK)


def test_the_proposal_of_another_task_or_in_another_language_is_shown_whole():
    conversation = up_to_the_proposal().conversation
    assert reading(conversation, agent_name="Bert")[0].startswith("**Bert**\nAda 2.")
    _, after = reading(conversation)
    german = after.model_copy(update={"profile": a_profile(language="de")})
    assert results.whole_draft(german, PLAYBOOK) in results.proposal_text(german, None, PLAYBOOK)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_next_step_after_a_proposal_that_is_mostly_unsure_is_the_demo(code: str):
    talk = up_to_the_proposal(code)
    lines, unsure = talk.playbook.lines, PROPOSAL.model_copy(update={"to_look_at": ("5", "6")})
    assert results.reaction_question(talk.conversation, PLAYBOOK) not in lines.reaction_when_unsure
    text = results.proposal_text(talk.now(proposal=unsure).conversation, None, PLAYBOOK)
    assert text.split("\n\n")[-1] in lines.reaction_when_unsure


def test_the_first_link_asks_in_passing_for_name_and_address_and_is_then_only_repeated():
    first = results.booking_text(in_language("en"), URL, PLAYBOOK)
    asks = "If you like, send me your name and email address too, so that we know whom to expect."
    assert first == f"Here is the link to pick a time for your demo: {URL}\n\n{asks}"
    again = results.booking_text(with_reply(in_language("en"), first), URL, PLAYBOOK)
    assert again == f"You can pick a time for the demo here: {URL}"


@pytest.mark.parametrize(
    ("code", "number"),
    [("en", "phone"), ("de", "Telefonnummer"), ("es", "teléfono"), ("fr", "téléphone"), ("pt", "telefone")],
)
def test_every_block_is_in_the_language_of_the_conversation(code: str, number: str):
    conversation, lines = in_language(code), PLAYBOOK.spoken_in(code).lines

    assert results.booking_text(conversation, URL, PLAYBOOK).startswith(lines.booking.format(link=URL))
    assert results.holding_text(conversation, PLAYBOOK) == lines.holding_proposal[0]
    assert results.reaction_question(conversation, PLAYBOOK) == lines.reaction[0]
    # A failure discloses the AI only as the first reply.
    introduced = conversation.model_copy(update={"is_introduced": True})
    assert results.failure_text(introduced, PLAYBOOK) == lines.failure
    disclosure = PLAYBOOK.spoken_in(code).company.disclosure
    assert results.failure_text(conversation, PLAYBOOK) == f"{disclosure} {lines.failure}"
    # Who asks for a person is told of a number, and reads less when they ask again.
    person = results.person_text(conversation, PLAYBOOK)
    assert PLAYBOOK.company.website in person
    assert number in person
    assert len(results.person_text(with_reply(conversation, person), PLAYBOOK)) < len(person)


def test_holding_names_what_is_awaited_and_is_not_said_twice_in_a_row():
    draft = DRAFT.model_copy(update={"kind": "booking"})
    waiting = GuidedTalk().now(awaiting=draft).say("?").say("??")
    for line, reply in zip(PLAYBOOK.lines.holding_booking[:2], waiting.replies, strict=True):
        assert line in reply


NUMBER = "0117 496 0123"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_number_is_said_back_when_asked_for_and_in_the_hand_over_of_whoever_wants_a_person(code: str):
    talk = GuidedTalk(code).say("did you get that?", questions=[WHAT_IS_NOTED])
    assert talk.reply
    talk.say(NUMBER, contact_phone=NUMBER)

    assert NUMBER not in results.person_text(talk.conversation, talk.playbook)
    assert all("{value}" in line for line in talk.playbook.lines.acknowledge["contact_phone"])
    assert NUMBER in talk.say("have you got it?", questions=[WHAT_IS_NOTED]).reply
    assert NUMBER in results.person_text(talk.now(wants_person=True, history=()).conversation, talk.playbook)
    told = talk.say("3 to 4", Intent.WANT_PERSON, contact_time="3 to 4").reply
    assert (told.count(NUMBER), told.count("3 to 4")) == (1, 1)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("en", "Can a person answer the question of the gulls?"),
        ("en", "Is there an actual person I can ring?"),
        ("en", "Is anyone going to answer me?"),
        ("de", "Kann ich auch am Telefon mit jemandem reden?"),
    ],
)
def test_a_wish_for_a_person_is_read_after_the_link_too(code: str, message: str):
    asked = a_message(message)
    talk = with_messages(up_to_the_proposal(code).now(booking_url=LINK).conversation, (asked,))
    turn = decide_turn(talk, (asked,), understand((asked,), talk, PLAYBOOK), PLAYBOOK)
    assert turn.understanding.wants(Intent.WANT_PERSON)
    assert turn.conversation.wants_person
