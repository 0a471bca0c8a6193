"""Whole conversations, each as a visitor would have it, from hello to the booking link."""

import re
from dataclasses import dataclass

import pytest

from contracts.values import Stage
from tests.unit.dialogue.builders import LINK, PLAYBOOK, Talk, talk

MOST_TURNS = 10


@dataclass(frozen=True)
class Transcript:
    """What a visitor says with the stage each answer is in, and what is known in the end."""

    visitor: str
    turns: tuple[tuple[str, str], ...]
    known: dict[str, object]


DENTIST = Transcript(
    "a dentist",
    (
        ("Hi there! I run a small dental clinic with two locations.", "understand"),
        (
            "We are 22 people. The front desk spends its days on the phone, mostly rescheduling"
            " appointments.",
            "identify",
        ),
        ("Rescheduling is the worst of it, I'd automate that first.", "scope"),
        (
            "A patient calls or writes, we look into the calendar, offer two slots, confirm, and update the"
            " chart. It should not touch insurance questions.",
            "scope",
        ),
        ("We use Google Calendar, Gmail and a practice system called Dentrix.", "scope"),
        ("About 25 hours a week. It works if we get that under 5.", "propose"),
        ("My name is Dana Whitfield, dana@whitfield-dental.example.", "propose"),
        ("That looks good to me, let's go ahead.", "recommend"),
        ("Yes, that tier works for us.", "book"),
    ),
    {
        "business_type": "dental clinic",
        "team_size": 22,
        "challenge": "the front desk spends its days on the phone, mostly rescheduling appointments",
        "time_wasters": ("rescheduling appointments",),
        "task": "rescheduling appointments",
        "steps": (
            "a patient calls or writes",
            "look into the calendar",
            "offer two slots",
            "confirm",
            "update the chart",
        ),
        "out_of_scope": ("insurance questions",),
        "tools": ("Google Calendar", "Gmail", "Dentrix"),
        "hours_per_week": 25.0,
        "success_measure": "we get that under 5",
        "name": "Dana Whitfield",
        "contact_email": "dana@whitfield-dental.example",
    },
)
RESTAURANT = Transcript(
    "a restaurant that says hello first",
    (
        ("hello", "understand"),
        ("We're a family-run Italian restaurant in Chicago", "understand"),
        ("about 18 people", "understand"),
        ("Answering reservation emails and calls eats up our evenings", "identify"),
        ("answering reservation calls", "scope"),
        ("Guest calls or emails, I check the book, I reply with a time, then enter it", "scope"),
        ("OpenTable and Gmail", "scope"),
        ("10 to 12 hours a week", "propose"),
        ("Looks great", "recommend"),
        ("yes please", "book"),
    ),
    {
        "business_type": "family-run Italian restaurant",
        "team_size": 18,
        "task": "answering reservation calls",
        "tools": ("OpenTable", "Gmail"),
        "hours_per_week": 12.0,
    },
)
CONSULTANT = Transcript(
    "a consultant who works alone",
    (
        ("Hi, I'm a freelance HR consultant, just me.", "understand"),
        ("I waste hours on chasing invoices and writing the same follow-up emails", "identify"),
        ("the first one", "scope"),
        ("I look up who is late, write an email, wait a week, then write again", "scope"),
        ("QuickBooks and Outlook", "scope"),
        ("maybe 4 hours", "propose"),
        ("sounds good", "recommend"),
        ("Sure. I'm Pat Lee, pat@lee-hr.example", "book"),
    ),
    {
        "business_type": "freelance HR consultant",
        "team_size": 1,
        "time_wasters": ("chasing invoices", "writing the same follow-up emails"),
        "task": "chasing invoices",
        "hours_per_week": 4.0,
        "name": "Pat Lee",
        "contact_email": "pat@lee-hr.example",
    },
)
RETAILER = Transcript(
    "a retailer of sixty",
    (
        ("We are a fashion retailer, 60 people, three stores", "understand"),
        ("Customer emails about returns, stock questions and delivery are killing us", "identify"),
        ("Returns emails", "scope"),
        (
            "The customer writes, we check the order, send a label, then refund when it arrives."
            " Refunds over 200 should stay with us.",
            "scope",
        ),
        ("Shopify and Zendesk", "scope"),
        ("30+ hours", "propose"),
        ("I like it", "recommend"),
        ("Great, let's book it", "book"),
    ),
    {
        "business_type": "fashion retailer",
        "team_size": 60,
        "task": "customer emails about returns",
        "out_of_scope": ("Refunds over 200",),
        "tools": ("Shopify", "Zendesk"),
        "hours_per_week": 30.0,
    },
)
CONTRACTOR = Transcript(
    "a roofing contractor",
    (
        ("I own a roofing company", "understand"),
        ("12 guys", "understand"),
        ("quoting takes forever", "identify"),
        ("Quotes", "scope"),
        ("We visit the roof, measure, take pictures, type everything into Excel and email a PDF", "scope"),
        ("half a day every day", "propose"),
        ("yes", "recommend"),
        ("go ahead", "book"),
    ),
    {
        "business_type": "roofing company",
        "team_size": 12,
        "task": "quotes",
        "tools": ("Excel",),
        "hours_per_week": 20.0,
    },
)
TERSE = Transcript(
    "somebody of few words",
    (
        ("hi", "understand"),
        ("bakery", "understand"),
        ("5", "understand"),
        ("phone orders", "identify"),
        ("orders", "scope"),
        ("dunno", "scope"),
        ("paper", "scope"),
        ("6", "propose"),
        ("ok", "recommend"),
        ("yes", "book"),
    ),
    {
        "business_type": "bakery",
        "team_size": 5,
        "challenge": "phone orders",
        "task": "orders",
        "steps": None,
        "tools": ("paper",),
        "hours_per_week": 6.0,
    },
)
ALL_AT_ONCE = Transcript(
    "somebody who tells everything at once",
    (
        (
            "Hi, I'm Maria Lopez (maria@sunpath.example). I run a property management company with 14 people."
            " We spend 20 hours a week answering tenant emails about repairs."
            " I'd like to automate answering repair emails first. It goes like this: tenant writes, we check"
            " the lease in AppFolio, call a plumber, then confirm the time. We use AppFolio and Outlook."
            " It should never promise a date. Success would be answers within an hour.",
            "propose",
        ),
        ("Great, looks good", "recommend"),
        ("Yes, let's do it", "book"),
    ),
    {
        "name": "Maria Lopez",
        "contact_email": "maria@sunpath.example",
        "business_type": "property management company",
        "team_size": 14,
        "time_wasters": ("answering tenant emails about repairs",),
        "task": "answering repair emails",
        "steps": ("tenant writes", "check the lease in AppFolio", "call a plumber", "confirm the time"),
        "tools": ("AppFolio", "Outlook"),
        "out_of_scope": ("promise a date",),
        "hours_per_week": 20.0,
        "success_measure": "answers within an hour",
    },
)
PRICE_FIRST = Transcript(
    "somebody who asks for the price first",
    (
        ("How much does it cost?", "understand"),
        ("I run a law firm", "understand"),
        ("8", "understand"),
        ("Drafting intake letters takes ages", "identify"),
        ("drafting intake letters", "scope"),
        ("client calls, we take notes, draft the letter, send it", "scope"),
        ("Clio and Word", "scope"),
        ("10", "propose"),
        ("Looks fine, what's the price?", "recommend"),
        ("ok book it", "book"),
    ),
    {"business_type": "law firm", "team_size": 8, "tools": ("Clio", "Word"), "hours_per_week": 10.0},
)
OBJECTING = Transcript(
    "somebody who doubts",
    (
        ("We run a gym, 9 people", "understand"),
        ("no-shows and rescheduling trainings", "identify"),
        ("rescheduling", "scope"),
        ("member texts us, we look in Mindbody, move the slot", "scope"),
        ("7 hours", "propose"),
        ("I don't trust AI with my members, what if it makes mistakes", "propose"),
        ("hmm ok. looks good", "recommend"),
        ("That's too expensive", "recommend"),
        ("ok fine, let's see the demo", "book"),
    ),
    {"business_type": "gym", "team_size": 9, "task": "rescheduling trainings", "hours_per_week": 7.0},
)
CORRECTING = Transcript(
    "somebody who corrects themselves",
    (
        ("I run a moving company", "understand"),
        ("20 people", "understand"),
        ("sorry, I meant 60", "understand"),
        ("Scheduling crews takes all morning", "identify"),
        ("scheduling", "scope"),
        ("I look at the jobs, call the crews, write it on the board, then text everyone", "scope"),
        ("whiteboard and WhatsApp", "scope"),
        ("15 hours a week", "propose"),
        ("yes", "recommend"),
        ("ok yes", "book"),
    ),
    {
        "team_size": 60,
        "task": "scheduling crews",
        "tools": ("whiteboard", "WhatsApp"),
        "hours_per_week": 15.0,
    },
)
CHANGING = Transcript(
    "somebody who wants the proposal changed",
    (
        ("We're an accounting firm of 11 people.", "understand"),
        ("Collecting receipts from clients is a nightmare", "identify"),
        ("collecting receipts", "scope"),
        ("We email the client, wait, remind them, then file what comes in", "scope"),
        ("Outlook and Xero, about 9 hours a week", "propose"),
        ("Can it also remind them by text message?", "propose"),
        ("Perfect, that's it", "recommend"),
        ("Please send me the link", "book"),
    ),
    {"business_type": "accounting firm", "team_size": 11, "tools": ("Outlook", "Xero")},
)
CHATTY = Transcript(
    "somebody who asks back at every turn",
    (
        ("Hello! Are you a real person?", "understand"),
        ("Fair enough. We're a vet clinic, and how long does this take to set up?", "understand"),
        ("There are 7 of us. Why do you ask?", "understand"),
        ("The phone! Half the calls are people asking for opening hours.", "identify"),
        ("Answering calls I guess. Is our data safe?", "scope"),
        ("The phone rings, somebody runs, we answer the question, and write a note", "scope"),
        ("Just the phone and a notebook", "scope"),
        ("10 hours maybe", "propose"),
        ("Sounds great, thank you!", "recommend"),
        ("Yes. I'm Robin, robin@paws.example", "book"),
    ),
    {"business_type": "vet clinic", "team_size": 7, "name": "Robin", "contact_email": "robin@paws.example"},
)
TRANSCRIPTS = (
    DENTIST,
    RESTAURANT,
    CONSULTANT,
    RETAILER,
    CONTRACTOR,
    TERSE,
    ALL_AT_ONCE,
    PRICE_FIRST,
    OBJECTING,
    CORRECTING,
    CHANGING,
    CHATTY,
)


@pytest.fixture(params=TRANSCRIPTS, ids=lambda transcript: transcript.visitor)
def transcript(request: pytest.FixtureRequest) -> Transcript:
    chosen: Transcript = request.param
    return chosen


@pytest.fixture
def held(transcript: Transcript) -> Talk:
    return talk(*(message for message, _ in transcript.turns))


def test_every_visitor_is_understood_stage_by_stage(transcript: Transcript, held: Talk) -> None:
    assert held.stages == [stage for _, stage in transcript.turns]


def test_every_visitor_gets_the_booking_link_within_ten_turns(held: Talk) -> None:
    assert LINK in held.reply
    assert len(held.exchanges) <= MOST_TURNS


def test_what_a_visitor_told_is_known_in_the_end(transcript: Transcript, held: Talk) -> None:
    assert {slot: held.known(slot) for slot in transcript.known} == transcript.known


def test_every_fact_carries_words_the_visitor_wrote(held: Talk) -> None:
    written = " ".join(exchange.message for exchange in held.exchanges)

    for slot in held.conversation.profile.known():
        assert getattr(held.conversation.profile, slot).words in written


def test_no_visitor_is_asked_the_same_question_twice(held: Talk) -> None:
    assert len(held.questions) == len(set(held.questions))


def test_every_reply_asks_at_most_one_question(held: Talk) -> None:
    for exchange in held.exchanges:
        assert exchange.reply.count("?") <= 1


def test_every_visitor_learns_in_the_first_reply_that_an_ai_speaks_and_only_there(held: Talk) -> None:
    first, *others = (exchange.reply for exchange in held.exchanges)

    assert PLAYBOOK.company.disclosure in first
    assert all(PLAYBOOK.company.disclosure not in reply for reply in others)


def test_every_visitor_sees_the_proposal_and_the_tier_with_its_price_before_the_link(held: Talk) -> None:
    replies = [exchange.reply for exchange in held.exchanges]
    proposed = next(i for i, reply in enumerate(replies) if PLAYBOOK.lines.proposal.does in reply)
    recommended = next(
        i for i, reply in enumerate(replies) if re.search(r"\*\*\$\d,\d{3} a month\*\*", reply)
    )

    assert proposed < recommended < len(replies) - 1


def test_no_visitor_reads_a_price_that_is_not_in_the_catalogue(held: Talk) -> None:
    catalogue = {f"${tier.monthly_price_usd:,}" for tier in PLAYBOOK.catalogue}
    said = {price for exchange in held.exchanges for price in re.findall(r"\$[\d,]*\d", exchange.reply)}

    assert said <= catalogue


@pytest.mark.parametrize(
    ("transcript", "tier"),
    [(TERSE, "Starter"), (DENTIST, "Growth"), (RETAILER, "Enterprise")],
    indirect=["transcript"],
)
def test_the_tier_follows_from_the_size_of_the_team(held: Talk, tier: str) -> None:
    recommendation = next(exchange.reply for exchange in held.exchanges if exchange.stage is Stage.RECOMMEND)

    assert f"**{tier}**" in recommendation


def test_a_visitor_who_says_no_is_let_go_and_may_come_back() -> None:
    refused = talk(
        "we sell handmade furniture",
        "4",
        "answering the same questions on Instagram takes forever",
        "answering questions",
        "No, I'm not interested, thanks",
    )

    assert refused.reply == PLAYBOOK.lines.goodbye
    assert refused.conversation.closed
    assert refused.say("ok bye").reply == PLAYBOOK.lines.goodbye_again
    assert refused.say("Actually, sounds good, let's continue").plan.goal.slot == "steps"
    assert not refused.conversation.closed
