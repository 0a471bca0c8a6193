"""What no judge can lift."""

import pytest

from services.dialogue.domain.guard import Reason
from tests.support.playbooks import SHIPPED
from tests.unit.dialogue.guard.scene import hard_reasons


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
    assert hard_reasons("So Mondays at 10:30 are the worst.", "Mondays at 10:30 are hell") == []


def test_letters_set_apart_are_not_said() -> None:
    assert hard_reasons("You get a d i s c o u n t now.") == [Reason.UNKNOWN_FACT]


def test_the_address_of_the_visitor_may_be_said_back_once_it_is_known() -> None:
    assert hard_reasons("I have noted ana@bakery.example.") == [Reason.LINK]
