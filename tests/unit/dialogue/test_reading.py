"""What is read from plain English, slot by slot; and what is left alone because nobody said it."""

import pytest

from contracts.values import Profile
from services.dialogue.domain.reading import Asked, Facts, legible, read_facts
from tests.unit.dialogue.builders import CONVERSATION, told

TURN = CONVERSATION


def read(
    message: str,
    *,
    asked: str | None = None,
    profile: Profile | None = None,
    told_before: tuple[str, ...] = (),
) -> Facts:
    return read_facts(legible(message), TURN, profile or Profile(), Asked(asked, told_before))


def value(slot: str, message: str, asked: str | None = None) -> object:
    return told(read(message, asked=asked).profile, slot)


@pytest.mark.parametrize(
    ("message", "business"),
    [
        ("I run a small dental clinic with two locations.", "dental clinic"),
        ("we are a family owned bakery in Austin", "family owned bakery"),
        ("I own a chain of coffee shops", "chain of coffee shops"),
        ("We're an accounting firm of 11 people serving small businesses", "accounting firm"),
        ("I'm a freelance photographer", "freelance photographer"),
        ("Our law firm does immigration cases", "law firm"),
        ("my company is a freight broker", "freight broker"),
        ("I'm the CEO of a SaaS company", "SaaS company"),
        ("I am the owner of a hair salon", "hair salon"),
        ("Hi, I'm Tom and I run a landscaping business in Ohio.", "landscaping business"),
        ("We run an online store for pet food", "online store for pet food"),
        ("We sell handmade furniture online", "handmade furniture online"),
        ("I manage a property management company, 14 people", "property management company"),
    ],
)
def test_a_business_is_read_where_it_is_told(message: str, business: str) -> None:
    assert value("business_type", message) == business


@pytest.mark.parametrize(
    "message",
    [
        "We have a problem with invoices",
        "I'm a bit frustrated with phone calls",
        "We are 22 people",
        "We have three people",
        "We have too many emails",
        "I run the front desk at a hotel",
        "I'm looking for help",
        "We are a team of 12",
        "Our customers are mostly restaurants",
        "I run marathons",
    ],
)
def test_a_sentence_that_names_no_business_is_not_read_as_one(message: str) -> None:
    assert value("business_type", message) is None


@pytest.mark.parametrize(
    ("answer", "business"),
    [
        ("dental clinic", "dental clinic"),
        ("A bakery.", "bakery"),
        ("it's a car dealership", "car dealership"),
        ("We fix roofs", "fixing roofs"),
        ("We are in logistics", "logistics"),
        ("IT services for schools", "IT services for schools"),
        ("construction company, mostly residential", "construction company"),
        ("E-commerce", "E-commerce"),
    ],
)
def test_a_short_answer_is_the_business_when_it_was_asked(answer: str, business: str) -> None:
    assert value("business_type", answer, asked="business_type") == business


@pytest.mark.parametrize(
    ("message", "people"),
    [
        ("We are 22 people.", 22),
        ("we're 12", 12),
        ("It's just me", 1),
        ("just me and my wife", 2),
        ("me and two others", 3),
        ("There are six of us", 6),
        ("a team of fifteen", 15),
        ("I have a dozen employees", 12),
        ("twenty-five people", 25),
        ("1,200 employees", 1200),
        ("5-person team", 5),
        ("22 full-time employees", 22),
        ("3 locations and 18 employees", 18),
        ("I run a company with 14 people", 14),
    ],
)
def test_the_size_of_a_team_is_read_in_digits_and_words(message: str, people: int) -> None:
    assert value("team_size", message) == people


@pytest.mark.parametrize("message", ["about 40 to 50 people", "40-50 employees"])
def test_of_a_range_the_upper_end_is_the_size_of_the_team(message: str) -> None:
    assert value("team_size", message) == 50


@pytest.mark.parametrize(
    "message",
    [
        "two locations",
        "We see 200 patients a day",
        "we serve 300 people a day",
        "50 people call us every day",
        "we've been around for 20 years",
        "We are 20 years old",
        "we are 5 minutes away",
        "0 people",
    ],
)
def test_other_numbers_are_not_the_size_of_the_team(message: str) -> None:
    assert value("team_size", message) is None


@pytest.mark.parametrize(
    ("answer", "people"),
    [("12", 12), ("~40", 40), ("3 dentists and 5 assistants", 8), ("Me plus 3 others", 4), ("me, alone", 1)],
)
def test_a_bare_number_is_the_team_when_it_was_asked(answer: str, people: int) -> None:
    assert value("team_size", answer, asked="team_size") == people


@pytest.mark.parametrize(
    ("message", "hours"),
    [
        ("25 hours a week", 25),
        ("30+ hours per week", 30),
        ("about 10-15 hrs/week", 15),
        ("half a day every week", 4),
        ("two days a week", 16),
        ("2 hours a day", 10),
        ("It takes an hour every morning", 5),
        ("20 minutes a day", 1.67),
        ("10 hours a month", 2.5),
        ("each week we lose 12 hours", 12),
        ("24 hours", 24),
    ],
)
def test_hours_are_counted_by_the_week(message: str, hours: float) -> None:
    assert value("hours_per_week", message) == hours


@pytest.mark.parametrize("message", ["we are open 60 hours a week", "We're open 24 hours", "a few hours"])
def test_opening_hours_are_not_hours_of_work(message: str) -> None:
    assert value("hours_per_week", message) is None


@pytest.mark.parametrize(
    ("answer", "hours"), [("25", 25), ("half a day", 4), ("full time job", 40), ("around 5 or 6", 6)]
)
def test_a_bare_number_is_hours_a_week_when_they_were_asked(answer: str, hours: float) -> None:
    assert value("hours_per_week", answer, asked="hours_per_week") == hours


@pytest.mark.parametrize(
    ("message", "tools"),
    [
        (
            "We use Google Calendar, Gmail and a practice system called Dentrix.",
            ("Google Calendar", "Gmail", "Dentrix"),
        ),
        ("I look it up in quickbooks", ("QuickBooks",)),
        ("We use Slack, Notion and HubSpot", ("Slack", "Notion", "HubSpot")),
        ("We use Acme CRM and Outlook to track leads", ("Acme CRM", "Outlook")),
        ("everything runs on Microsoft Teams", ("Microsoft Teams",)),
    ],
)
def test_tools_are_read_by_their_names(message: str, tools: tuple[str, ...]) -> None:
    assert value("tools", message) == tools


@pytest.mark.parametrize(
    "message",
    ["my mail is joe@gmail.com", "We don't use Salesforce", "On Monday we meet", "I saw your ad on LinkedIn"],
)
def test_what_is_not_used_as_a_tool_is_none(message: str) -> None:
    assert value("tools", message) is None


@pytest.mark.parametrize(
    ("answer", "tools"),
    [
        ("Excel mostly", ("Excel",)),
        ("Excel, Word and CompanyCam", ("Excel", "Word", "CompanyCam")),
        ("Just email and a shared spreadsheet", ("email", "shared spreadsheet")),
        ("whiteboard and WhatsApp", ("whiteboard", "WhatsApp")),
        ("Gmail, Google Calendar, and our own CRM", ("Gmail", "Google Calendar", "CRM")),
    ],
)
def test_whatever_is_listed_is_a_tool_when_tools_were_asked(answer: str, tools: tuple[str, ...]) -> None:
    assert value("tools", answer, asked="tools") == tools


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("My name is Dana Whitfield, dana@x.example", "Dana Whitfield"),
        ("my name is dana", "Dana"),
        ("I'm Dana and I run a bakery", "Dana"),
        ("Hi, Tom here", "Tom"),
        ("This is Maria from Sunpath", "Maria"),
        ("I am Dr. Ann Lee.", "Dr. Ann Lee"),
        ("Sounds fine.\nThanks,\nPeter", "Peter"),
        ("My name is Jean-Luc O\u2019Neill", "Jean-Luc O'Neill"),
    ],
)
def test_visitors_introduce_themselves(message: str, name: str) -> None:
    assert value("name", message) == name


@pytest.mark.parametrize(
    "message", ["I'm a plumber", "I'm Interested in a demo", "i'm fine", "I'm Not sure", "call me back"]
)
def test_what_follows_i_am_is_not_always_a_name(message: str) -> None:
    assert value("name", message) is None


@pytest.mark.parametrize(
    ("message", "email"),
    [
        ("write to dana@whitfield-dental.example.", "dana@whitfield-dental.example"),
        ("(pat.lee+demo@mail.lee-hr.example)", "pat.lee+demo@mail.lee-hr.example"),
        ("not an address: a@b", None),
        ("@handle on every platform", None),
    ],
)
def test_an_address_is_read_without_what_stands_around_it(message: str, email: str | None) -> None:
    assert value("contact_email", message) == email


@pytest.mark.parametrize(
    ("message", "activities"),
    [
        (
            "The front desk spends its days on the phone, mostly rescheduling appointments.",
            ("rescheduling appointments",),
        ),
        ("We waste hours on invoicing, scheduling and data entry", ("invoicing", "scheduling", "data entry")),
        ("we spend about 10 hours a week typing orders into SAP", ("typing orders into SAP",)),
        ("Too much time goes into answering emails", ("answering emails",)),
        ("Answering the phone eats up half the day", ("answering the phone",)),
        ("We can't keep up with customer emails", ("customer emails",)),
        ("Our biggest problem is no-shows", ("no-shows",)),
        ("Scheduling is a nightmare", ("scheduling",)),
        ("I'm drowning in paperwork", ("paperwork",)),
    ],
)
def test_what_costs_the_time_is_read_as_activities(message: str, activities: tuple[str, ...]) -> None:
    assert value("time_wasters", message) == activities


def test_a_complaint_that_names_no_activity_is_a_challenge_and_no_more() -> None:
    facts = read("Everything is done by hand.")

    assert told(facts.profile, "challenge") == "everything is done by hand"
    assert told(facts.profile, "time_wasters") is None


@pytest.mark.parametrize("message", ["How much time does it take?", "We are 22 people", "I run a bakery"])
def test_not_every_sentence_complains(message: str) -> None:
    assert value("challenge", message) is None


@pytest.mark.parametrize(
    ("answer", "task"),
    [
        ("Rescheduling is the worst of it, I'd automate that first.", "rescheduling appointments"),
        ("the second one", "rescheduling appointments"),
        ("invoicing, definitely", "invoicing"),
        ("I think answering emails", "answering emails"),
        ("hmm, scheduling", "scheduling"),
        ("Probably the phone calls, because they never stop", "phone calls"),
        ("The worst is data entry", "data entry"),
        ("all of them", None),
    ],
)
def test_the_task_may_be_named_or_pointed_at(answer: str, task: str | None) -> None:
    before = read("We waste hours on invoicing and rescheduling appointments").profile

    facts = read(answer, asked="task", profile=before)

    assert told(facts.profile, "task") == task


def test_that_is_the_task_when_only_one_was_named() -> None:
    before = read("We waste hours on invoicing").profile

    assert told(read("that one", asked="task", profile=before).profile, "task") == "invoicing"


@pytest.mark.parametrize(
    ("answer", "steps"),
    [
        ("1. read mail\n2. check stock\n3. reply", ("read mail", "check stock", "reply")),
        ("get order -> pack -> ship", ("get order", "pack", "ship")),
        ("I read the email and enter it in Excel", ("read the email", "enter it in Excel")),
        (
            "First we get a call, then we check the schedule, finally we book it.",
            ("get a call", "check the schedule", "book it"),
        ),
        ("5 hours", None),
        ("Excel", None),
    ],
)
def test_steps_are_told_in_many_ways(answer: str, steps: tuple[str, ...] | None) -> None:
    assert value("steps", answer, asked="steps") == steps


@pytest.mark.parametrize(
    ("message", "left_out"),
    [
        ("It should not touch insurance questions.", ("insurance questions",)),
        ("I don't want it to handle complaints or refunds", ("complaints", "refunds")),
        ("Leave refunds to us", ("refunds",)),
        ("complaints stay with our people", ("complaints",)),
        ("everything except pricing", ("pricing",)),
        ("It must never send anything without approval", ("send anything without approval",)),
        ("We don't have time", None),
        ("We never have time for marketing", None),
        ("We cannot keep up with emails", None),
        ("It must not be expensive", None),
    ],
)
def test_what_is_to_stay_with_people_is_read(message: str, left_out: tuple[str, ...] | None) -> None:
    assert value("out_of_scope", message) == left_out


@pytest.mark.parametrize(
    ("message", "measure"),
    [
        ("It works if we get that under 5.", "we get that under 5"),
        ("Success would be answers within an hour", "answers within an hour"),
        ("Our goal is zero no-shows", "zero no-shows"),
        ("under 5 would be great", "under 5"),
        ("It takes 25 hours a week", None),
    ],
)
def test_a_measure_of_success_is_read(message: str, measure: str | None) -> None:
    assert value("success_measure", message) == measure


def test_the_hours_hoped_for_are_not_the_hours_of_today() -> None:
    facts = read("About 25 hours a week. We'd be happy with 5 hours a week.", asked="hours_per_week")

    assert told(facts.profile, "hours_per_week") == 25
    assert told(facts.profile, "success_measure") == "5 hours a week"


def test_a_fact_keeps_the_whole_sentence_it_was_told_in_and_the_turn() -> None:
    slot = read("Hi! I run a bakery. We are 8 people.").profile.team_size

    assert slot is not None
    assert (slot.words, slot.turn_id) == ("We are 8 people.", TURN)


def test_an_answer_beside_another_fact_is_not_lost() -> None:
    facts = read("Phone orders, and we are only 3 people", asked="challenge")

    assert told(facts.profile, "challenge") == "phone orders"
    assert told(facts.profile, "team_size") == 3


def test_a_fact_that_was_not_asked_is_no_answer_to_what_was() -> None:
    facts = read("We are 22 people.", asked="challenge")

    assert facts.changed == ("team_size",)


@pytest.mark.parametrize("message", ["I don't know", "no idea", "skip", "not sure, hard to say", "no"])
@pytest.mark.parametrize("slot", ["challenge", "tools", "hours_per_week", "team_size", "task"])
def test_a_visitor_may_skip_a_question(message: str, slot: str) -> None:
    facts = read(message, asked=slot)

    assert facts.is_skip
    assert facts.changed == ()


def test_an_unsure_number_is_still_an_answer() -> None:
    facts = read("not sure, maybe 20", asked="team_size")

    assert told(facts.profile, "team_size") == 20
    assert not facts.is_skip


@pytest.mark.parametrize("message", ["hello", "ok", "Yes, sure", "thanks!", "?", "...", "why do you ask?"])
@pytest.mark.parametrize("slot", ["business_type", "challenge", "task", "steps", "tools", "success_measure"])
def test_courtesies_and_questions_are_no_answers(message: str, slot: str) -> None:
    assert read(message, asked=slot).changed == ()


@pytest.mark.parametrize(
    "message", ["sorry, I meant 60", "no, 60", "make that 60", "Oops, 60", "60, not 20", "sorry, it's 60"]
)
def test_a_correction_replaces_the_number_told_last(message: str) -> None:
    before = read("We are 20 people").profile

    facts = read(message, asked="challenge", profile=before, told_before=("team_size",))

    assert told(facts.profile, "team_size") == 60
    assert facts.changed == ("team_size",)
    assert facts.is_correction


def test_a_correction_replaces_the_words_told_last() -> None:
    before = read("dental clinic", asked="business_type").profile

    facts = read("sorry, I meant veterinary clinic", profile=before, told_before=("business_type",))

    assert told(facts.profile, "business_type") == "veterinary clinic"


def test_a_plain_statement_replaces_a_number_too() -> None:
    before = read("We are 20 people").profile

    assert told(read("actually we are 40 people", profile=before).profile, "team_size") == 40


def test_a_later_remark_does_not_replace_the_challenge() -> None:
    before = read("Invoicing takes forever").profile

    facts = read("Parking is a nightmare here too", profile=before)

    assert told(facts.profile, "challenge") == "invoicing takes forever"


def test_further_tools_are_added_to_those_known() -> None:
    before = read("We use Gmail").profile

    assert told(read("We also use Xero and gmail", profile=before).profile, "tools") == ("Gmail", "Xero")


def test_links_and_markup_never_become_part_of_a_fact() -> None:
    answer = "see https://evil.example/x <b>billing</b> for **clinics**"

    assert value("challenge", answer, asked="challenge") == "see b billing /b for clinics"
