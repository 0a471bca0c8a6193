"""What the visitor asked, chose, wished and declined, as a lead shows it."""

from collections.abc import Callable
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


def test_a_goodbye_with_the_link_does_not_lift_the_no_it_says_goodbye_to() -> None:
    story = Story()
    goodbye = story.answered(minute=3, calendly_shown=True)

    assert lead_after(story, story.closed(3), goodbye).closed == "declined"


def test_nobody_follows_up_a_no() -> None:
    story = Story()

    assert not folded(story, story.closed(3), story.stalled(90)).is_silent


@pytest.mark.parametrize(
    ("event", "closed", "changed_at"),
    [
        pytest.param(lambda story: story.stalled(90), "declined", 3, id="silence"),
        pytest.param(lambda story: story.turn(4), "declined", 3, id="a message"),
        pytest.param(lambda story: story.answered(minute=5), "declined", 3, id="a reply"),
        pytest.param(lambda story: story.advanced(Stage.BOOK, 5), None, 5, id="a later stage"),
        pytest.param(
            lambda story: story.answered(minute=5, calendly_shown=True), None, 5, id="the link later"
        ),
        pytest.param(lambda story: story.chose("starter", 5), None, 5, id="a tier"),
        pytest.param(lambda story: story.wants_person(5), None, 5, id="a person"),
        pytest.param(lambda story: story.booked(5), None, 5, id="a booked demo"),
    ],
)
def test_only_a_sign_of_interest_lifts_a_no(
    event: Callable[[Story], Told], closed: str | None, changed_at: int
) -> None:
    story = Story()
    no = story.closed(3)

    lead = lead_after(story, event(story), no)

    assert (lead.closed, lead.changed_at) == (closed, at(changed_at))


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
