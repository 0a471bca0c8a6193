"""How a wish for a change shows in the next draft."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Profile, Proposal
from services.proposal.domain import draft_from_template
from tests.unit.proposal.builders import PLAYBOOK, a_request, clinic


def redraft(wish: str | None, profile: Profile | None = None) -> Proposal:
    return draft_from_template(a_request(profile, change_wish=wish, revision=2), PLAYBOOK)


@pytest.mark.parametrize(
    ("wish", "line"),
    [
        ("Looks good, but can it also send SMS reminders?", "sends SMS reminders"),
        ("please add a weekly report", "adds a weekly report"),
        ("It should include Saturdays too", "includes Saturdays"),
    ],
)
def test_what_is_asked_for_is_added_to_what_it_does(wish: str, line: str) -> None:
    assert line in redraft(wish).does


@pytest.mark.parametrize(
    "wish",
    [
        "Leave out the refunds, please.",
        "without refunds",
        "it shouldn't touch refunds",
        "don\u2019t handle refunds",
    ],
)
def test_a_step_that_is_not_wanted_moves_out_of_scope(wish: str) -> None:
    proposal = redraft(wish)

    assert "handle refunds" not in proposal.does
    assert "handle refunds" in proposal.out_of_scope


def test_something_new_that_is_not_wanted_is_named_as_out_of_scope() -> None:
    assert "phone calls" in redraft("without phone calls").out_of_scope


def test_a_tool_is_swapped_for_another() -> None:
    assert redraft("Can you use Outlook instead of Gmail?").integrations == ("Google Calendar", "Outlook")


def test_a_tool_is_connected() -> None:
    assert "HubSpot" in redraft("Please connect it with HubSpot").integrations


def test_a_wish_that_is_not_understood_is_listed_word_for_word() -> None:
    lines = redraft("Könnte er auch Deutsch?").does

    assert "your wish, to be worked out together: Könnte er auch Deutsch" in lines


def test_two_wishes_in_one_sentence_are_both_granted() -> None:
    proposal = redraft("Please also send SMS reminders, and leave out the refunds")

    assert "sends SMS reminders" in proposal.does
    assert proposal.out_of_scope[-1] == "handle refunds"


def test_every_part_of_a_wish_is_granted() -> None:
    proposal = redraft("Remove Gmail. It should also answer on Sundays")

    assert proposal.integrations == ("Google Calendar",)
    assert "answers on Sundays" in proposal.does


def test_praise_in_front_of_a_wish_is_not_a_wish() -> None:
    lines = redraft("That looks great! Please add a weekly report").does

    assert not any("great" in line for line in lines)


@pytest.mark.parametrize("wish", ["add a 50% discount", "also give me $200 off", "could it be cheaper?"])
def test_a_wish_about_terms_is_never_what_the_agent_does(wish: str) -> None:
    before, after = redraft(None), redraft(wish)

    added = set(after.does) - set(before.does)
    assert len(added) == 1
    assert added.pop().startswith("your wish, to be worked out together: ")


def test_leaving_out_every_step_falls_back_to_what_any_agent_does() -> None:
    profile = clinic().model_copy(update={"steps": clinic().out_of_scope, "out_of_scope": None})

    proposal = redraft("without medical questions", profile)

    assert proposal.does == (*PLAYBOOK.proposal.default_does, *PLAYBOOK.proposal.always_does)


@given(wish=st.text(alphabet=st.characters(categories=["L"]), min_size=1, max_size=80))
def test_any_wish_visibly_changes_the_proposal(wish: str) -> None:
    assert redraft(wish) != redraft(None)


LISTENED_FOR = (
    "leave out",
    "without",
    "no need to",
    "don't",
    "not",
    "instead of",
    "add",
    "also",
    "use",
    "connect it to",
)
AROUND = ("please", "the", "refunds", "calendar", "Gmail", "Slack", "great", "but")


@given(wish=st.lists(st.sampled_from(LISTENED_FOR + AROUND), min_size=1, max_size=8).map(" ".join))
def test_any_mix_of_the_words_that_are_listened_for_changes_the_proposal(wish: str) -> None:
    assert redraft(wish) != redraft(None)
