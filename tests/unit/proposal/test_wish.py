"""A wish for a change, without a model: quoted or answered, never part of what the agent does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposal.domain.brief import Brief
from tests.unit.proposal.builders import PLAYBOOK, a_request, clinic, drafted, told

QUOTED = "your wish, to be worked out together: "


def test_a_wish_is_quoted_as_what_is_worked_out_together() -> None:
    proposal = drafted(a_request(change_wish="Also send SMS reminders, please."))

    assert proposal.to_look_at == (f"{QUOTED}Also send SMS reminders, please",)
    assert proposal.does == drafted(a_request()).does


@pytest.mark.parametrize(
    "remark",
    [
        "That's a no then",
        "And I was told Starter is 99",
        "What do I get for 1250?",
        "This is too expensive for us.",
        "That makes no sense",
    ],
)
def test_a_complaint_or_a_question_is_no_part_of_a_proposal(remark: str) -> None:
    assert drafted(a_request(change_wish=remark)).to_look_at == ()


def test_a_wish_beside_a_complaint_is_quoted_alone() -> None:
    wish = "You said it reads my mail. It should also post on Instagram."

    proposal = drafted(a_request(change_wish=wish))

    assert proposal.to_look_at == (f"{QUOTED}It should also post on Instagram",)


@pytest.mark.parametrize("wish", ["Make it $99 a month", "Give us 20% off", "I want a guarantee"])
def test_a_wish_for_a_price_or_a_promise_is_answered_and_not_quoted(wish: str) -> None:
    request = a_request(change_wish=wish)

    assert drafted(request).to_look_at == ()
    assert Brief.of(request, PLAYBOOK).not_granted == PLAYBOOK.proposal.terms_says


def test_a_discount_that_is_the_visitors_business_may_be_wished_for() -> None:
    profile = clinic().model_copy(update={"task": told("sending discount codes")})
    request = a_request(profile, change_wish="Send a discount code to new patients too")

    assert Brief.of(request, PLAYBOOK).not_granted is None
    assert len(drafted(request).to_look_at) == 1


def test_an_earlier_wish_is_not_lost_by_the_next() -> None:
    first = drafted(a_request(change_wish="Also send reminders"))

    second = drafted(a_request(change_wish="In Polish too", last_proposal=first))

    assert second.to_look_at == (f"{QUOTED}Also send reminders", f"{QUOTED}In Polish too")


def test_a_wish_is_quoted_in_the_words_of_the_visitors_language() -> None:
    profile = clinic().model_copy(update={"language": told("de")})

    proposal = drafted(a_request(profile, change_wish="Bitte auch am Abend"))

    assert proposal.to_look_at == ("Ihr Wunsch, den wir gemeinsam ausarbeiten: Bitte auch am Abend",)


@given(wish=st.text(max_size=300))
def test_no_wish_changes_what_the_agent_does(wish: str) -> None:
    proposal = drafted(a_request(change_wish=wish))

    assert proposal.does == drafted(a_request()).does
