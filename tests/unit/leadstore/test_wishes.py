"""What the visitor asked, chose, wished and declined, as a lead shows it."""

from dataclasses import replace

import pytest

from contracts.values import Lead, Stage
from services.leadstore.domain import Conversation, fold, folder_of, lead_of, what_changed
from services.leadstore.domain.drafts import draft_of
from tests.unit.leadstore.builders import Story, Told, at


def folded(story: Story, *events: Told) -> Conversation:
    conversation = Conversation(id=story.id)
    for event in (story.turn(0), *events):
        conversation = fold(conversation, event)
    return conversation


def lead_after(story: Story, *events: Told) -> Lead:
    lead = lead_of(folded(story, *events))
    assert lead is not None
    return lead


def changed_by(story: Story, event: Told, *known: Told) -> tuple[str, ...]:
    before = folded(story, *known)
    return what_changed(before, fold(before, event))


def test_unanswered_questions_are_kept_in_the_order_they_were_asked_in_each_once() -> None:
    story = Story()
    first, second, again = (story.unanswered(question) for question in ("Do you do VAT?", "Why?", "Why?"))

    assert lead_after(story, again, second, first).unanswered_questions == ("Do you do VAT?", "Why?")


def test_the_tier_chosen_last_stands_beside_the_recommended_one() -> None:
    story = Story()
    growth, starter = story.chose("growth", 3), story.chose("starter", 4)

    lead = lead_after(story, story.drafted(2), starter, growth)

    assert lead.chosen_tier == "starter"
    assert lead.tier is not None


def test_a_wish_for_a_person_is_told_once() -> None:
    story = Story()
    first, again = story.wants_person(1), story.wants_person(2)

    assert lead_after(story, first).wants_person
    assert changed_by(story, first) == ("wants_person",)
    assert changed_by(story, again, first) == ()


def test_a_no_closes_the_conversation_and_nobody_follows_it_up() -> None:
    story = Story()

    conversation = folded(story, story.closed(3), story.stalled(90))

    assert conversation.closed == "declined"
    assert not conversation.is_silent


def test_a_goodbye_with_the_link_does_not_lift_the_no_it_says_goodbye_to() -> None:
    story = Story()
    goodbye = story.answered(minute=3, calendly_shown=True)

    assert lead_after(story, story.closed(3), goodbye).closed == "declined"


@pytest.mark.parametrize("sign", ["a later stage", "the link", "a tier", "a person"])
def test_a_sign_of_interest_after_a_no_lifts_it(sign: str) -> None:
    story = Story()
    no = story.closed(3)
    signs: dict[str, Told] = {
        "a later stage": story.advanced(Stage.BOOK, 5),
        "the link": story.answered(minute=5, calendly_shown=True),
        "a tier": story.chose("starter", 5),
        "a person": story.wants_person(5),
    }

    lead = lead_after(story, signs[sign], no)

    assert lead.closed is None
    assert lead.changed_at == at(5)


def test_a_booked_demo_lifts_a_no() -> None:
    story = Story()

    assert set(changed_by(story, story.booked(5), story.closed(3))) == {"status", "demo_at", "closed"}


def test_chatting_after_a_no_leaves_it_standing() -> None:
    story = Story()

    lead = lead_after(story, story.closed(3), story.turn(4), story.answered(minute=5))

    assert lead.closed == "declined"
    assert lead.changed_at == at(3)


def test_an_erased_conversation_keeps_no_question() -> None:
    story = Story()

    lead = lead_after(story, story.erased(2), story.unanswered("I am Ada Lovelace, is that a problem?"))

    assert lead.unanswered_questions == ()


def test_the_page_of_the_proposal_is_told_which_tier_was_chosen() -> None:
    story = Story()
    drafted = story.drafted(2)
    draft = draft_of(drafted)
    assert draft is not None

    folder = folder_of(folded(story, drafted, story.chose("growth")), [draft])

    assert folder is not None
    assert folder.chosen_tier == "growth"


def test_the_words_around_a_proposal_are_kept_with_it() -> None:
    story = Story()
    drafted = story.drafted(1)
    data = drafted.data.model_copy(update={"translations": {"d1": "Wat hij doet"}})
    draft = draft_of(replace(drafted, data=data))
    assert draft is not None

    folder = folder_of(folded(story, drafted), [draft])

    assert folder is not None
    assert folder.revisions[0].translations == {"d1": "Wat hij doet"}
