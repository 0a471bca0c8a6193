"""A conversation of any length is told in few words, and its last messages within a budget."""

from hypothesis import given
from hypothesis import strategies as st

from services.dialogue.domain.conversation import Conversation, Utterance
from services.dialogue.domain.summary import estimated_tokens, recent_talk, summarize
from tests.unit.dialogue.guided_talk import CONVERSATION, GuidedTalk, up_to_the_proposal, update

MOST_OF_ALL = 2 * 500 + 160


def said(*texts: str) -> tuple[Utterance, ...]:
    return tuple(
        Utterance(role="visitor" if place % 2 == 0 else "bot", text=text) for place, text in enumerate(texts)
    )


def test_before_anything_was_said_there_is_nothing_to_tell():
    assert summarize(Conversation.open(CONVERSATION, "widget")) == "Nothing yet."


def test_the_summary_says_which_questions_got_no_answer():
    summary = summarize(GuidedTalk().say("hi").say("bakery", update("business_type", "bakery")).conversation)

    assert "team_size" in summary
    assert "business_type" not in summary


def test_the_summary_says_what_is_skipped():
    summary = summarize(GuidedTalk().say("hi").pick("Skip this").conversation)

    assert "Not to be asked again: business_type." in summary


def test_the_summary_says_what_was_shown_chosen_and_sent():
    talk = up_to_the_proposal().pick("Change something")
    talk.pick(next(label for label in talk.labels if "Starter" in label))

    assert 'Draft 1 of the proposal "Ada 2" was shown.' in summarize(talk.conversation)
    assert "The visitor chose the tier starter." in summarize(talk.conversation)
    assert "The booking link was sent." in summarize(talk.pick("Yes, send me the link").conversation)


def test_the_summary_says_that_the_visitor_said_no():
    assert "The visitor said no." in summarize(up_to_the_proposal().pick("No, thanks").conversation)


def test_the_last_two_messages_are_whole_and_older_ones_are_cut_short():
    talk = recent_talk(said("a" * 400, "b" * 400, "c" * 400))

    assert [len(utterance.text) for utterance in talk[1:]] == [400, 400]
    assert len(talk[0].text) < 400


@given(st.lists(st.text(min_size=1, max_size=3_000), max_size=20))
def test_no_talk_takes_more_than_its_budget(texts: list[str]):
    assert sum(estimated_tokens(utterance.text) for utterance in recent_talk(said(*texts))) <= MOST_OF_ALL
