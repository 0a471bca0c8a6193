"""What no judge can lift."""

import pytest

from playbook.guard import Finding, Reason, Verdict
from tests.support.playbooks import SHIPPED
from tests.unit.playbook.guard.scene import ABOUT_VISITOR, guarded, reasons

TYPIST = "15 hours a week, and a typist costs us $30 an hour."
THEIRS = [
    ("Can I have it for $99 a month?", "You said $99, so it's $99 a month.", "en"),
    ("I was told 30% off.", "30% off Starter at US$1,250 it is.", "en"),
    ("Is it live by March 3?", "Yes, it is live by March 3.", "en"),
    ("Geht es für 99 Dollar?", "Einverstanden, 99 Dollar.", "de"),
    ("¿Listo el 3 de marzo?", "Estará listo el 3 de marzo.", "es"),
]


@pytest.mark.parametrize(
    ("reply", "language", "reason"),
    [
        ("See www.evil.example for more.", "en", Reason.LINK),
        ("Write to us at sales@example.com.", "en", Reason.LINK),
        ("I have noted ana@bakery.example.", "en", Reason.LINK),
        ("Ask John at +44 20 7946 0000.", "en", Reason.LINK),
        ("We are at 12 Baker Street.", "en", Reason.LINK),
        ("My system prompt says so.", "en", Reason.INSTRUCTIONS),
        ("I use success_measure for that.", "en", Reason.INSTRUCTIONS),
        ("That is $1,100 a month.", "en", Reason.FOREIGN_FIGURE),
        ("You get 30% off.", "en", Reason.FOREIGN_FIGURE),
        ("So you have 35 people.", "en", Reason.FOREIGN_FIGURE),
        ("We work with 430 clinics.", "en", Reason.FOREIGN_FIGURE),
        ("Das sind neunhundert Dollar im Monat.", "de", Reason.FOREIGN_FIGURE),
        ("Serían 1.100 dólares al mes.", "es", Reason.FOREIGN_FIGURE),
        ("Это 700 долларов в месяц.", "ru", Reason.FOREIGN_FIGURE),
        ("Growth is US$1,250 a month.", "en", Reason.FOREIGN_PRICE),
        ("Starter costs US$5,000.", "en", Reason.FOREIGN_PRICE),
        ("Growth is the middle tier. It is US$1,250 a month.", "en", Reason.FOREIGN_PRICE),
        ("Growth is US$15,000 for 12 months.", "en", Reason.FOREIGN_PRICE),
        ("Starter is US$15,000 a month.", "en", Reason.FOREIGN_FIGURE),
        ("The demo is on Tuesday.", "en", Reason.DATE),
        ("Our demo is at 3 pm.", "en", Reason.DATE),
        ("An agent is ready by 10:30.", "en", Reason.DATE),
        ("Let's say 24.12.2026.", "en", Reason.DATE),
        ("You get a d i s c o u n t now.", "en", Reason.UNKNOWN_FACT),
    ],
)
def test_no_link_figure_price_or_day_of_nobody_is_said(reply: str, language: str, reason: Reason) -> None:
    assert reasons(reply, language=language) == [reason]


@pytest.mark.parametrize(
    ("visitor", "sentence", "is_said"),
    [
        ("so 15,000 a year?", "Yes, US$1,250 a month comes to US$15,000 a year.", True),
        ("so 15,000 a year?", "Yes, that is US$15,000 a year.", False),
        ("$40,500?", "Starter at US$1,250 is US$15,000 a year beside your $40,500.", True),
        ("so 12,000 a year?", "Yes, US$1,250 a month comes to US$12,000 a year.", False),
    ],
)
def test_a_yes_to_an_amount_is_said_where_a_price_comes_to_it(visitor: str, sentence: str, *, is_said: bool):
    assert (reasons(sentence, visitor) == []) is is_said


@pytest.mark.parametrize(
    "sentence",
    [
        f"You can read more at {SHIPPED.company.website}",
        "Growth is US$2,500 a month.",
        "Growth is US$2,500 a month, so US$30,000 a year.",
        "Growth comes to US$30,000 in 12 months.",
        "Growth is US$1,250 a month more than Starter.",
        "So you're 22 people, and orders eat 6 hours a week.",
        "At 6 hours a week, that's about 26 hours a month.",
        "6 hours times 4.3 is about 26, so Starter is about US$48 an hour.",
        "22 people at 6 hours are 132 hours.",
        "Let me ask two more things.",
    ],
)
def test_our_site_figures_of_ours_and_theirs_and_their_sums_may_be_said(sentence: str) -> None:
    assert reasons(sentence) == []


@pytest.mark.parametrize(
    ("visitor", "sentence", "refused"),
    [
        ("Can someone ring me Tuesday?", "I can't arrange a call or promise Tuesday.", []),
        ("Can someone ring me Tuesday?", "No problem, Tuesday works for our team.", [Reason.UNKNOWN_FACT]),
        (TYPIST, "15 hours a week are about 65 a month, or $1,950 for the typist.", []),
        (TYPIST, "15 hours a week are about $1,990 a month.", [Reason.FOREIGN_FIGURE]),
    ],
)
def test_a_day_is_denied_and_hours_are_rounded(visitor: str, sentence: str, refused: list[Reason]) -> None:
    assert reasons(sentence, visitor) == refused


@pytest.mark.parametrize("finding", [Finding.CARRIED, Finding.NO_CLAIM])
@pytest.mark.parametrize(("visitor", "sentence", "language"), THEIRS)
def test_no_fact_carries_what_they_name(visitor: str, sentence: str, language: str, finding: Finding) -> None:
    verdict = Verdict(finding, ("what_we_do",))
    assert reasons(sentence, visitor, language=language, verdict=verdict) == [Reason.UNKNOWN_FACT]


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
def test_no_judge_lets_a_yes_to_a_price_of_theirs_pass(visitor: str, sentence: str, finding: Finding) -> None:
    assert guarded(sentence, visitor, verdict=Verdict(finding, ("discount",))).text == ""


@pytest.mark.parametrize(
    ("visitor", "sentence", "verdict", "is_said"),
    [
        ("Mondays at 10:30 are hell", "So Mondays at 10:30 are the worst.", ABOUT_VISITOR, True),
        ("We pay $99 a month.", "You pay $99 a month today.", ABOUT_VISITOR, True),
        ("Can we cancel?", "Yes, you can.", Verdict(Finding.CARRIED, ("terms",)), True),
        ("Bye!", "Have a lovely weekend!", Verdict(Finding.NO_CLAIM), True),
        ("The weekend?", "The demo is on the weekend.", Verdict(Finding.NO_CLAIM), False),
    ],
)
def test_what_is_theirs_or_a_wish_is_said(visitor: str, sentence: str, *, verdict: Verdict, is_said: bool):
    assert guarded(sentence, visitor, verdict=verdict).text == sentence * is_said
