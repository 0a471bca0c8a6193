"""A lead is worth what the playbook's rule says, and every point has the words behind it."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.values import Profile
from playbook import Points, ScoreRule, load_playbook
from services.leadstore.domain import lead_of, what_changed
from services.leadstore.domain.conversation import Conversation, fold
from tests.unit.gateway.builders import TURN, told
from tests.unit.leadstore.builders import Story

SHIPPED = load_playbook(Path("playbook.yaml")).score
RULE = ScoreRule(
    qualified_from=50,
    points=(
        Points(slot="challenge", points=10, says="hurts"),
        Points(slot="time_wasters", over=1, points=25, says="several tasks"),
        Points(slot="team_size", over=5, points=20, says="a team"),
        Points(sign="wants_person", points=30, says="wants a person"),
        Points(sign="booked", points=90, says="booked"),
        Points(sign="closed", points=-100, says="ended"),
    ),
)
PHONE = told("the phone", "the phone never stops")
BUSY = Profile(challenge=PHONE, time_wasters=told(("mail", "calls"), "mail and calls"))


def of(*events: Any) -> Conversation:
    conversation = Conversation(id=events[0].data.conversation_id)
    for event in events:
        conversation = fold(conversation, event)
    return conversation


SCORES: dict[str, tuple[Any, int, bool]] = {
    "nothing is known": (lambda s: [], 0, False),
    "two facts": (lambda s: [s.told(BUSY)], 35, False),
    "a list that is no longer than the limit": (
        lambda s: [s.told(Profile(time_wasters=told(("mail",), "mail")))],
        0,
        False,
    ),
    "of a range the lower end": (
        lambda s: [s.told(Profile(team_size=told(5, "5 to 15").model_copy(update={"up_to": 15})))],
        0,
        False,
    ),
    "facts and a wish": (lambda s: [s.told(BUSY), s.wants_person(2)], 65, True),
    "never over a hundred": (lambda s: [s.told(BUSY), s.booked(2)], 100, True),
    "a no, and never under zero": (lambda s: [s.told(BUSY), s.closed(2)], 0, False),
}


@pytest.mark.parametrize(("events", "points", "is_qualified"), SCORES.values(), ids=SCORES)
def test_a_lead_is_worth_what_holds(events: Any, points: int, is_qualified: bool) -> None:
    story = Story()
    lead = lead_of(of(story.turn(), *events(story)), RULE)
    assert lead and lead.score
    assert (lead.score.points, lead.score.is_qualified) == (points, is_qualified)


def test_each_reason_has_the_visitors_words_and_where_they_were_said() -> None:
    story = Story()
    lead = lead_of(of(story.turn(), story.told(BUSY), story.wants_person(2)), RULE)
    assert lead and lead.score
    told_so = [(reason.says, reason.quote, reason.turn_id) for reason in lead.score.reasons]
    assert told_so == [
        ("hurts", "the phone never stops", TURN),
        ("several tasks", "mail and calls", TURN),
        ("wants a person", None, None),
    ]


def test_a_new_score_is_a_change_and_without_a_rule_there_is_none() -> None:
    story = Story()
    before = of(story.turn())
    after = fold(before, story.told(Profile(challenge=PHONE)))
    assert what_changed(before, after, RULE) == ("score", "profile.challenge")
    lead = lead_of(after)
    assert lead and lead.score is None


def test_the_shipped_rule_qualifies_who_told_the_task_and_left_an_address() -> None:
    story = Story()
    known = {"task": told("mail", "the mail"), "hours_per_week": told(8, "eight hours"), "challenge": PHONE}
    lead = lead_of(of(story.turn(), story.told(Profile(**known))), SHIPPED)
    reached = lead_of(
        of(story.turn(), story.told(Profile(**known, contact_email=told("a@b.example", "a@b.example"))),
           story.answered(calendly_shown=True)), SHIPPED
    )  # fmt: skip
    assert lead and lead.score and not lead.score.is_qualified
    assert reached and reached.score and reached.score.is_qualified


FAULTS: dict[str, dict[str, Any]] = {
    "a slot that does not exist": {"slot": "shoe_size"},
    "a limit on what is no number": {"slot": "task", "over": 3},
    "neither slot nor sign": {},
    "both": {"slot": "task", "sign": "booked"},
}


@pytest.mark.parametrize("named", FAULTS.values(), ids=FAULTS)
def test_a_rule_that_cannot_hold_is_found_at_start(named: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Points(points=5, says="something", **named)
