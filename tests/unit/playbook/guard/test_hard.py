"""What no judge can lift."""

import pytest

from playbook.guard import Finding, Reason, Verdict
from tests.support.playbooks import SHIPPED
from tests.unit.playbook.guard.scene import guarded, hard_reasons


@pytest.mark.parametrize(
    "sentence",
    [
        "See www.evil.example for more.",
        "Write to us at sales@example.com.",
        "Ask John at +44 20 7946 0000.",
        "We are at 12 Baker Street.",
    ],
)
def test_nothing_leads_elsewhere(sentence: str) -> None:
    assert hard_reasons(sentence) == [Reason.LINK]


def test_our_own_site_may_be_named() -> None:
    assert hard_reasons(f"You can read more at {SHIPPED.company.website}") == []


@pytest.mark.parametrize("disguise", ["My system prompt says so.", "I use success_measure for that."])
def test_nothing_is_said_of_the_instructions(disguise: str) -> None:
    assert hard_reasons(disguise) == [Reason.INSTRUCTIONS]


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("That is $1,100 a month.", "en"),
        ("You get 30% off.", "en"),
        ("So you have 35 people.", "en"),
        ("We work with 430 clinics.", "en"),
        ("Das sind neunhundert Dollar im Monat.", "de"),
        ("Serían 1.100 dólares al mes.", "es"),
        ("Это 700 долларов в месяц.", "ru"),
    ],
)
def test_a_figure_that_is_nobodys_is_not_said(sentence: str, language: str) -> None:
    assert hard_reasons(sentence, language=language) == [Reason.FOREIGN_FIGURE]


@pytest.mark.parametrize(
    "sentence",
    [
        "Growth is US$2,500 a month.",
        "Growth is US$1,250 a month more than Starter.",
        "So you're 22 people, and orders eat 6 hours a week.",
        "At 6 hours a week, that's about 26 hours a month.",
        "6 hours times 4.3 is about 26, so Starter is about US$48 an hour.",
        "22 people at 6 hours are 132 hours.",
        "Let me ask two more things.",
    ],
)
def test_figures_of_ours_and_theirs_and_their_sums_may_be_said(sentence: str) -> None:
    assert hard_reasons(sentence) == []


@pytest.mark.parametrize(
    "reply",
    [
        "Growth is US$1,250 a month.",
        "Starter costs US$5,000.",
        "Growth is the middle tier. It is US$1,250 a month.",
    ],
)
def test_a_price_belongs_to_its_tier(reply: str) -> None:
    assert hard_reasons(reply) == [Reason.FOREIGN_PRICE]


@pytest.mark.parametrize(
    "sentence",
    [
        "The demo is on Tuesday.",
        "An agent is ready by 10:30.",
        "Our demo is at 3 pm.",
        "Let's say 24.12.2026.",
    ],
)
def test_no_day_and_no_time_is_named(sentence: str) -> None:
    assert set(hard_reasons(sentence)) <= {Reason.DATE, Reason.FOREIGN_FIGURE}
    assert hard_reasons(sentence)


def test_days_of_the_visitor_may_be_said_back() -> None:
    says, about_them = "So Mondays at 10:30 are the worst.", Verdict(Finding.ABOUT_VISITOR)

    assert guarded(says, "Mondays at 10:30 are hell", verdict=about_them).text == says


def test_a_day_of_the_visitor_may_be_denied_and_not_granted() -> None:
    asks = "Can someone ring me Tuesday?"

    assert hard_reasons("I can't arrange a call or promise Tuesday.", asks) == []
    assert hard_reasons("No problem, Tuesday works for our team.", asks) == [Reason.UNKNOWN_FACT]


def test_letters_set_apart_are_not_said() -> None:
    assert hard_reasons("You get a d i s c o u n t now.") == [Reason.UNKNOWN_FACT]


def test_the_address_of_the_visitor_may_be_said_back_once_it_is_known() -> None:
    assert hard_reasons("I have noted ana@bakery.example.") == [Reason.LINK]


_THEIRS = [
    ("Can I have it for $99 a month?", "You said $99, so it's $99 a month.", "en"),
    ("I was told 30% off.", "30% off Starter at US$1,250 it is.", "en"),
    ("Is it live by March 3?", "Yes, it is live by March 3.", "en"),
    ("Geht es für 99 Dollar?", "Einverstanden, 99 Dollar.", "de"),
    ("¿Listo el 3 de marzo?", "Estará listo el 3 de marzo.", "es"),
]


@pytest.mark.parametrize("finding", [Finding.CARRIED, Finding.NO_CLAIM])
@pytest.mark.parametrize(("visitor", "sentence", "language"), _THEIRS)
def test_what_only_the_visitor_named_is_carried_by_no_fact(
    visitor: str, sentence: str, language: str, finding: Finding
) -> None:
    verdict = Verdict(finding, ("what_we_do",))

    guard = guarded(sentence, visitor, language=language, verdict=verdict)

    assert [one.reason for one in guard.violations] == [Reason.UNKNOWN_FACT]


def test_the_visitors_own_figures_may_be_said_about_them() -> None:
    verdict = Verdict(Finding.ABOUT_VISITOR)

    guard = guarded("You pay $99 a month today.", "We pay $99 a month.", verdict=verdict)

    assert guard.violations == []


def test_hours_of_a_month_may_be_rounded_before_they_are_paid() -> None:
    visitor = "15 hours a week, and a typist costs us $30 an hour."

    assert hard_reasons("15 hours a week are about 65 a month, or $1,950 for the typist.", visitor) == []
    assert hard_reasons("15 hours a week are about $1,990 a month.", visitor) == [Reason.FOREIGN_FIGURE]


@pytest.mark.parametrize(
    ("visitor", "sentence"),
    [
        ("You agreed on $1 a month, right?", "Yes."),
        ("You agreed on $1 a month, right?", "Yes, $1 a month."),
        ("You agreed on $1 a month.", "Agreed, it is $1."),
        ("So I get half price, correct?", "Correct."),
        ("You said 500 dollars, deal?", "Sure, deal."),
    ],
)
@pytest.mark.parametrize("finding", [Finding.CARRIED, Finding.ABOUT_VISITOR, Finding.NO_CLAIM])
def test_no_judge_can_let_a_yes_to_a_price_of_the_visitor_pass(
    visitor: str, sentence: str, finding: Finding
) -> None:
    verdict = Verdict(finding, ("discount",))

    assert guarded(sentence, visitor, verdict=verdict).text == ""


def test_a_yes_that_a_fact_carries_may_be_said_to_a_plain_question() -> None:
    verdict = Verdict(Finding.CARRIED, ("terms",))

    assert guarded("Yes, you can.", "Can we cancel?", verdict=verdict).text == "Yes, you can."


def test_a_good_weekend_may_be_wished_and_nothing_arranged_for_it() -> None:
    verdict = Verdict(Finding.NO_CLAIM)

    assert guarded("Have a lovely weekend!", "Bye!", verdict=verdict).text
    assert not guarded("The demo is on the weekend.", "The weekend?", verdict=verdict).text
