"""Sums of several of the visitor's figures, where the sentence says what it counts with."""

import pytest

from playbook.guard import Finding, Reason, Verdict
from tests.unit.playbook.guard.scene import CARRIED, guarded, hard_reasons

ABOUT_VISITOR = Verdict(Finding.ABOUT_VISITOR)


@pytest.mark.parametrize(
    ("visitor", "right", "wrong", "language"),
    [
        (
            "15 Plätze, 3 von 10 kommen nicht, 25 € im Schnitt",
            "15 Plätze mal 3/10 mal 25 € sind etwa 112 € am Abend.",
            "15 Plätze mal 3/10 mal 25 € sind etwa 212 € am Abend.",
            "de",
        ),
        (
            "15 no-shows a week at $25 each, and we could save 40%",
            "15 times $25 times 40% is $150 a week.",
            "15 times $25 times 40% is $250 a week.",
            "en",
        ),
        ("4 vans, 6 jobs a day, 18 minutes each", "4 x 6 x 18 = 432.", "4 x 6 x 18 = 423.", "en"),
        ("31 en caja, 47 en cocina, 90 de reparto", "31 + 47 + 90 son 168.", "31 + 47 + 90 son 171.", "es"),
        (
            "240 factures, 12 agents, 5 jours",
            "240 / 12 / 5 = 4 par jour.",
            "240 / 12 / 5 = 37 par jour.",
            "fr",
        ),
    ],
)
def test_a_sum_whose_figures_are_named_is_said_and_a_wrong_one_is_not(
    visitor: str, right: str, wrong: str, language: str
) -> None:
    assert guarded(right, visitor, language=language, verdict=ABOUT_VISITOR).text == right
    assert hard_reasons(wrong, visitor, language=language) == [Reason.FOREIGN_FIGURE]


@pytest.mark.parametrize(
    ("visitor", "sentence"),
    [
        # A rebate that the visitor named, of a price of ours.
        ("50% off, please, for 3 of us", "50% of US$1,250 is US$625."),
        ("$1,250 less 30% for us?", "70% of US$1,250 is US$875."),
        # Money from figures that are none.
        ("we are 5, and 20 emails a day, 3 of them bad", "5 times 20 times 3 is US$300 a month."),
        # What it counts with is not the visitor's.
        ("we are 15", "15 times 7 times 31 is 3,255."),
        # So many that nobody follows them.
        ("2, 3, 7, 11, 13 and 17 things", "Of 2, 3, 7, 11, 13 and 17, 11 x 13 x 17 is 2,431."),
    ],
)
def test_nothing_follows_from_our_prices_or_from_figures_that_are_nobodys(
    visitor: str, sentence: str
) -> None:
    assert hard_reasons(sentence, visitor)


@pytest.mark.parametrize(
    ("visitor", "sentence"),
    [
        ("Is it $100 for each of 3 agents and 2 months?", "3 agents at $100 for 2 months is $600."),
        ("15 orders a day, of which 3 are wrong", "3 divided by 15 is 20%, so you get 20% off."),
    ],
)
def test_what_the_visitors_figures_come_to_is_no_price_and_no_rebate_of_ours(
    visitor: str, sentence: str
) -> None:
    assert guarded(sentence, visitor, verdict=CARRIED).text == ""
