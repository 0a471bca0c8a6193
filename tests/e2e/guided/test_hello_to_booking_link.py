"""A visitor types hello and holds a booking link, through five processes on real parts, with no model."""

import json
import re

import pytest

from contracts.cloudevent import parse_record
from contracts.events import LeadChanged
from contracts.values import LeadStatus, Stage
from tests.support.infrastructure import Infrastructure
from tests.support.playbooks import SHIPPED
from tests.support.product import DENTIST, Product, Visitor
from tests.support.topics import read_until

# Somebody who tells several things at once, and seldom what was asked.
AHEAD = (
    "Hi there! I run a small dental clinic with two locations.",
    "We are 22 people. The front desk spends its days on the phone, mostly rescheduling appointments.",
    "Rescheduling is the worst of it, I'd automate that first.",
    "A patient calls or writes, we look into the calendar, offer two slots, confirm, and update the chart."
    " It should not touch insurance questions.",
    "We use Google Calendar, Gmail and a practice system called Dentrix.",
    "About 25 hours a week. It works if we get that under 5.",
    "My name is Dana Whitfield, dana@whitfield-dental.example.",
    "That looks good to me, let's go ahead.",
    "Yes, that tier works for us.",
    "Yes, send me the link.",
)


@pytest.fixture(scope="module")
def told(product: Product) -> tuple[Visitor, list[dict[str, object]]]:
    """One whole conversation and its answers."""
    visitor = product.visitor()
    return visitor, visitor.talk_to_the_link()


def test_a_cooperative_visitor_reaches_the_link_within_ten_turns(told):
    _, answers = told

    assert answers[-1]["calendly_shown"]
    assert "https://calendly.com/" in answers[-1]["response"]
    assert len(answers) <= 10


def test_no_stage_is_skipped_and_none_comes_back(told):
    _, answers = told

    positions = [list(Stage).index(Stage(answer["stage"])) for answer in answers]

    assert positions == sorted(positions)
    assert answers[-1]["stage"] == "book"
    stages_shown = {answer["stage"] for answer in answers}
    assert {"propose", "recommend", "book"} <= stages_shown


def test_nothing_is_asked_twice(told):
    _, answers = told

    questions = [line for answer in answers for line in _questions(answer["response"])]

    assert len(questions) == len(set(questions))


def test_the_proposal_is_made_of_what_the_visitor_told(told):
    _, answers = told
    proposal = next(answer["response"] for answer in answers if answer["stage"] == "propose")

    for words in ("booking appointments", "Google Calendar", "Dentrix", "25 hours"):
        assert words.lower() in proposal.lower()


def test_the_tier_follows_the_team_size_and_says_why(told):
    _, answers = told
    proposal = next(answer["response"] for answer in answers if answer["stage"] == "propose")

    assert "Growth, US$2,500 a month" in proposal
    assert "a team of 22" in proposal


def test_the_visitor_reads_the_whole_conversation_at_once(told):
    visitor, answers = told

    transcript = visitor.transcript()

    texts = [(message["role"], message["text"]) for message in transcript["messages"]]
    expected = [
        pair
        for line, answer in zip(DENTIST, answers, strict=False)
        for pair in (("visitor", line), ("bot", answer["response"]))
    ]
    assert texts == expected


def test_the_lead_has_what_a_sales_team_needs(told, product):
    visitor, answers = told

    lead = product.lead_of(visitor, once_it_has="booking_url")

    assert lead["profile"]["contact_email"]["value"] == "dana@whitfield-dental.example"
    assert lead["profile"]["team_size"]["value"] == 22
    assert lead["tier"]["tier"] == "growth"
    assert lead["booking_url"] in answers[-1]["response"]


def test_other_services_hear_of_the_lead(told, product, infra: Infrastructure):
    visitor, _ = told

    def has_the_link(records):
        return any(lead.data.lead.status is LeadStatus.LINK_SENT for lead in _leads_of(records, visitor))

    records = read_until(infra.kafka_bootstrap, "lead.events.v1", has_the_link)

    newest = _leads_of(records, visitor)[-1].data.lead
    assert newest.status is LeadStatus.LINK_SENT
    assert newest.profile.name is not None
    assert newest.profile.name.value == "Dana Whitfield"


def test_the_first_reply_says_what_to_expect(told):
    _, answers = told

    assert SHIPPED.company.disclosure in answers[0]["response"]
    assert SHIPPED.lines.guided in answers[0]["response"]
    assert not any(SHIPPED.lines.guided in answer["response"] for answer in answers[1:])


def test_an_accepted_proposal_leads_straight_to_the_link(told):
    _, answers = told

    assert answers[-2]["stage"] == "recommend"
    assert DENTIST[len(answers) - 1] == "That looks good to me, let's go ahead."


def test_who_tells_more_than_was_asked_reaches_the_link_too(product: Product):
    visitor = product.visitor()

    answers = visitor.talk_to_the_link(AHEAD)

    assert answers[-1]["calendly_shown"]
    lead = product.lead_of(visitor, once_it_has="booking_url")
    assert lead["profile"]["contact_email"]["value"] == "dana@whitfield-dental.example"
    assert lead["profile"]["team_size"]["value"] == 22


def test_the_booking_link_tells_which_conversation_it_belongs_to(told):
    visitor, answers = told

    assert f"utm_content={visitor.conversation_id}" in answers[-1]["response"]


def test_a_line_after_the_link_is_still_answered(told):
    visitor, _ = told

    answer = visitor.say("Thanks!")

    assert answer["stage"] == "book"
    assert answer["response"]


def _questions(text: str) -> list[str]:
    return re.findall(r"[^.!?\n]+\?", text)


def _leads_of(records, visitor: Visitor):
    parsed = [
        parse_record(LeadChanged, {name: value.decode() for name, value in record.headers}, record.value)
        for record in records
        if record.key == str(visitor.conversation_id).encode()
    ]
    assert all(json.loads(record.value) for record in records)
    return parsed
