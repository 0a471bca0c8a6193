"""A visitor types hello and holds a booking link, through five processes on real parts, with no model."""

import re

import pytest

from contracts.cloudevent import parse_record
from contracts.events import LeadChanged
from contracts.values import LeadStatus, Stage
from tests.support.infrastructure import Infrastructure
from tests.support.playbooks import SHIPPED
from tests.support.product import DENTIST, Product, Visitor
from tests.support.topics import read_until


@pytest.fixture(scope="module")
def told(product: Product) -> tuple[Visitor, list[dict[str, object]]]:
    """One whole conversation and its answers."""
    visitor = product.visitor()
    return visitor, visitor.talk_to_the_link()


def test_a_cooperative_visitor_is_led_to_the_link_within_ten_turns_and_no_stage_comes_back(told):
    visitor, answers = told
    stages = [Stage(answer["stage"]) for answer in answers]

    assert answers[-1]["calendly_shown"]
    assert "https://calendly.com/" in answers[-1]["response"]
    assert f"utm_content={visitor.conversation_id}" in answers[-1]["response"]
    assert len(answers) <= 10
    assert stages == sorted(stages, key=[*Stage].index)
    assert Stage.PROPOSE in stages
    # An accepted proposal leads straight to the link.
    assert stages[-2:] == [Stage.RECOMMEND, Stage.BOOK]
    assert DENTIST[len(answers) - 1] == "That looks good to me, let's go ahead."


def test_the_first_reply_says_what_to_expect_and_nothing_is_asked_twice(told):
    replies = [answer["response"] for answer in told[1]]
    questions = [question for reply in replies for question in re.findall(r"[^.!?\n]+\?", reply)]
    assert SHIPPED.company.disclosure in replies[0]
    assert [SHIPPED.lines.guided in reply for reply in replies] == [True] + [False] * (len(replies) - 1)
    assert len(questions) == len(set(questions))


def test_the_proposal_is_made_of_what_was_told_and_its_tier_follows_the_team_size_and_says_why(told):
    proposal = next(answer["response"] for answer in told[1] if answer["stage"] == "propose")
    for words in ("booking appointments", "Google Calendar", "Dentrix", "25 hours"):
        assert words.lower() in proposal.lower()
    assert "Growth, US$2,500 a month" in proposal
    assert "a team of 22" in proposal


def test_the_sales_team_and_other_services_hear_of_the_lead(told, product, infra: Infrastructure):
    visitor, answers = told

    lead = product.lead_of(visitor, once_it_has="booking_url")

    assert lead["profile"]["contact_email"]["value"] == "dana@whitfield-dental.example"
    assert lead["profile"]["team_size"]["value"] == 22
    assert lead["tier"]["tier"] == "growth"
    assert lead["booking_url"] in answers[-1]["response"]

    def has_the_link(records):
        return any(lead.status is LeadStatus.LINK_SENT for lead in _leads_of(records, visitor))

    newest = _leads_of(read_until(infra.kafka_bootstrap, "lead.events.v1", has_the_link), visitor)[-1]
    assert newest.status is LeadStatus.LINK_SENT
    assert newest.profile.name is not None
    assert newest.profile.name.value == "Dana Whitfield"


def test_the_visitor_reads_the_whole_conversation_and_a_line_after_the_link_is_still_answered(told):
    visitor, answers = told
    said = [(message["role"], message["text"]) for message in visitor.transcript()["messages"]]
    thanked = visitor.say("Thanks!")
    assert said[0::2] == [("visitor", line) for line in DENTIST[: len(answers)]]
    assert said[1::2] == [("bot", answer["response"]) for answer in answers]
    assert thanked["stage"] == "book"
    assert thanked["response"]


def _leads_of(records, visitor: Visitor):
    mine = [record for record in records if record.key == str(visitor.conversation_id).encode()]
    headers = [{name: value.decode() for name, value in record.headers} for record in mine]
    return [
        parse_record(LeadChanged, head, record.value).data.lead
        for head, record in zip(headers, mine, strict=True)
    ]
