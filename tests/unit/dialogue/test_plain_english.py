"""Plain English as people type it: counts in words and sums, corrections, fragments, lists."""

import pytest

from contracts.values import Profile
from services.dialogue.domain.reading import Asked, Facts, legible, read_facts
from tests.unit.dialogue.builders import CONVERSATION, known, told


def read(
    message: str,
    *,
    asked: str | None = None,
    profile: Profile | None = None,
    told_before: tuple[str, ...] = (),
    tools: tuple[str, ...] = (),
) -> Facts:
    question = Asked(asked, told_before, tools=tools)
    return read_facts(legible(message), CONVERSATION, profile or Profile(), question)


def value(slot: str, message: str, asked: str | None = None) -> object:
    return told(read(message, asked=asked).profile, slot)


@pytest.mark.parametrize(
    ("message", "people"),
    [
        ("just me", 1),
        ("we're a dozen", 12),
        ("between 40 and 50", 50),
        ("9 incl. me and my wife", 9),
        ("Counting everyone, 12.", 12),
        ("nine brokers, two assistants and the boss, that makes twelve", 12),
        ("We are eleven instructors and two people in the office.", 13),
        ("57 people, of which 12 are dispatchers", 57),
        ("310 employees, two plants", 310),
        ("only me and an assistant", 2),
        ("well, 30 blokes", 30),
    ],
)
def test_a_team_is_counted_as_people_count(message: str, people: int) -> None:
    assert value("team_size", message, "team_size") == people


@pytest.mark.parametrize(
    "message",
    [
        "It all lands on the same two people.",
        "She phones three or four people every morning.",
        "We ship 40 parcels",
    ],
)
def test_people_who_are_not_the_team_are_not_counted(message: str) -> None:
    assert value("team_size", message) is None


@pytest.mark.parametrize(
    "message",
    [
        "60% off please",
        "say $8",
        "Confirm 11 dollars.",
        "I have been through this five times",
        "54 68 65 20",
    ],
)
def test_money_shares_and_other_numbers_answer_no_question_for_the_team(message: str) -> None:
    assert value("team_size", message, "team_size") is None


@pytest.mark.parametrize(
    ("message", "hours"),
    [
        ("30+ hours", 30.0),
        ("an hour and a half a day, so say nine hours a week", 9.0),
        ("each of the 12 loses 4 hours, so 48 hours a week", 48.0),
        ("way too many, 15 hours", 15.0),
        ("20 hours a week. no wait, more like 30", 30.0),
        ("15 hours a week, sorry, 12", 12.0),
        ("maybe 10h", 10.0),
        ("I'd guess 6", 6.0),
    ],
)
def test_hours_are_read_out_of_an_answer(message: str, hours: float) -> None:
    assert value("hours_per_week", message, "hours_per_week") == hours


def test_the_sum_of_a_price_is_not_taken_for_hours() -> None:
    assert value("hours_per_week", "it costs 99 Euro", "hours_per_week") is None


@pytest.mark.parametrize(
    ("message", "people"),
    [
        ("We have 14 people. Sorry, I meant 40.", 40),
        ("We have a plant nursery with 12 staff, wait no, 21 in the season", 21),
        ("sorry, 19 guards, typo", 19),
    ],
)
def test_a_number_is_put_right_in_the_same_breath(message: str, people: int) -> None:
    assert value("team_size", message, "team_size") == people


def test_a_tool_is_taken_back_and_the_others_stay() -> None:
    facts = read("Airtable and Outlook. Actually not Outlook, we moved to Gmail.", asked="tools")

    assert told(facts.profile, "tools") == ("Airtable", "Gmail")


def test_a_tool_is_replaced_in_the_same_breath() -> None:
    facts = read("Trados and Outlook, no wait, Thunderbird instead of Outlook", asked="tools")

    assert told(facts.profile, "tools") == ("Trados", "Thunderbird")


def test_a_number_in_the_answer_to_another_question_does_not_shrink_the_team() -> None:
    profile = Profile(team_size=known(37))

    facts = read("two people half of their time, so 40 hours", asked="hours_per_week", profile=profile)

    assert told(facts.profile, "team_size") == 37
    assert told(facts.profile, "hours_per_week") == 40


@pytest.mark.parametrize(
    ("message", "business"),
    [
        ("Morning. Car repair garage, family business.", "Car repair garage"),
        ("Hiya, wedding photographer based in Cork", "wedding photographer"),
        ("We are a freight forwarder with 240 employees in Rotterdam.", "freight forwarder"),
        ("Hi, I'm Lena, head of ops at a B2B SaaS startup.", "B2B SaaS startup"),
        ("We're a 24/7 towing company founded in 1998, 3 depots.", "towing company"),
        ("We're a 70-person engineering firm", "engineering firm"),
        ("Recruitment agency here, we place nurses.", "Recruitment agency"),
        ("Day spa in Lisbon, 13 therapists", "Day spa"),
    ],
)
def test_a_business_is_read_from_a_fragment_too(message: str, business: str) -> None:
    assert value("business_type", message) == business


def test_a_step_of_the_work_is_no_business() -> None:
    assert value("business_type", "We take the form, then we run a conflict check.") is None


def test_a_name_stands_before_its_address() -> None:
    facts = read("Please do. Marcus Webb, m.webb@webbharlow.example")

    assert told(facts.profile, "name") == "Marcus Webb"
    assert told(facts.profile, "contact_email") == "m.webb@webbharlow.example"


def test_of_two_addresses_the_second_puts_the_first_right() -> None:
    facts = read("it's dd@guardline.example, sorry, d.d@guardline.example")

    assert told(facts.profile, "contact_email") == "d.d@guardline.example"


def test_half_a_sentence_is_no_activity() -> None:
    message = "tenants write at all hours about repairs and somebody has to sort it and find a plumber"

    facts = read(message, asked="challenge")

    assert told(facts.profile, "time_wasters") is None
    assert "tenants write" in str(told(facts.profile, "challenge"))


def test_a_list_after_a_colon_is_read_item_by_item() -> None:
    message = "Too many: donation receipts, adoption requests, volunteer scheduling and social media posts."

    assert told(read(message, asked="challenge").profile, "time_wasters") == (
        "donation receipts",
        "adoption requests",
        "volunteer scheduling",
        "social media posts",
    )


def test_the_companys_own_list_of_tools_is_known_too() -> None:
    facts = read("it all goes into stallmaster anyway", tools=("StallMaster",))

    assert told(facts.profile, "tools") == ("StallMaster",)


def test_words_are_read_as_they_are_seen() -> None:
    assert value("team_size", "We are 1\u200b2 peo\u00adple") == 12
