"""The sums that may be said back to a visitor, and the wrong ones beside them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.guard import Finding, Reason, Verdict
from tests.unit.playbook.guard.scene import ABOUT_VISITOR, guarded, reasons


@pytest.mark.parametrize(
    ("visitor", "text", "right", "wrong", "language"),
    [
        ("9 drivers and 4 cooks", "{} people, then.", 13, 14, "en"),
        ("9 drivers, 4 of them sick", "{} drivers are left.", 5, 7, "en"),
        ("6 hours a week", "About {} hours a month.", 26, 29, "en"),
        ("Open since 1962.", "Over {} years, lovely.", "sixty", "seventy", "en"),
        ("Opening again in 2034.", "{}, then.", "In 2034", "8 years", "en"),
        ("Closed in January and February.", "{} busy months, then.", "Ten", "Eleven", "en"),
        ("Closed on Monday.", "{} days a week, then.", "Six", "Eight", "en"),
        ("Every fifth order is wrong.", "So {}% are wrong.", 20, 25, "en"),
        ("4 of 16 invoices are late.", "That is {}%.", 25, 20, "en"),
        ("2 of 3 invoices are late.", "About {}%.", 67, 70, "en"),
        ("Jede dritte Rechnung ist falsch.", "Also {} Prozent.", 33, 30, "de"),
        ("Un pedido de cada cuatro, cada cuarto pedido.", "El {} %.", 25, 20, "es"),
        ("6 mails, 16 fois", "{} mails.", "Quatre-vingt-seize", "Quatre-vingt-dix-sept", "fr"),
        ("płacę 1500 zł", "Tysiąc {} złotych.", "pięćset", "sześćset", "pl"),
        ("каждый пятый заказ", "Это {} процентов.", "двадцать", "тридцать", "ru"),
        # Of several figures, where the sentence says what it counts with.
        ("15 Plätze, 3 von 10 fehlen, 25 €", "15 Plätze mal 3/10 mal 25 € sind etwa {} €.", 112, 212, "de"),
        ("15 no-shows at $25 each, we could save 40%", "15 times $25 times 40% is ${}.", 150, 250, "en"),
        ("4 vans, 6 jobs a day, 18 minutes each", "4 x 6 x 18 = {}.", 432, 423, "en"),
        ("31 en caja, 47 en cocina, 90 de reparto", "31 + 47 + 90 son {}.", 168, 171, "es"),
        ("240 factures, 12 agents, 5 jours", "240 / 12 / 5 = {} par jour.", 4, 37, "fr"),
    ],
)
def test_only_a_right_sum_is_said(visitor: str, text: str, *, right: object, wrong: object, language: str):
    said, refused = text.format(right), text.format(wrong)
    assert guarded(said, visitor, verdict=ABOUT_VISITOR, language=language).text == said
    assert reasons(refused, visitor, verdict=ABOUT_VISITOR, language=language) == [Reason.FOREIGN_FIGURE]
    assert reasons(refused, visitor, language=language) == [Reason.FOREIGN_FIGURE]


@given(part=st.integers(11, 60), whole=st.integers(61, 99), said=st.integers(100, 100_000))
@settings(deadline=None, max_examples=60)
def test_of_two_figures_nothing_is_said_but_what_follows_from_them(part: int, whole: int, said: int) -> None:
    pair = (part + whole, whole - part, part * whole)
    weeks = [n * times for n in (part, whole, *pair) for times in (1, 4, 4.3, 4.33, 52, 1 / 5)]
    follows = any(abs(said - sum_) <= 1 for sum_ in weeks)
    is_ours = reasons(f"That is {said} of them.", "hello", verdict=ABOUT_VISITOR) == []
    told = f"{part} in the shop, {whole} outside"
    assert (reasons(f"That is {said} of them.", told, verdict=ABOUT_VISITOR) == []) <= (follows or is_ours)


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
def test_nothing_follows_from_our_prices_or_from_figures_of_nobody(visitor: str, sentence: str) -> None:
    assert reasons(sentence, visitor)


@pytest.mark.parametrize("finding", [Finding.CARRIED, Finding.NO_CLAIM])
@pytest.mark.parametrize(
    ("visitor", "sentence"),
    [
        ("Is it $100 for each of 3 agents and 2 months?", "3 agents at $100 for 2 months is $600."),
        ("15 orders a day, of which 3 are wrong", "3 divided by 15 is 20%, so you get 20% off."),
        *(
            (told, "That is 20% off.")
            for told in ("Every fifth order is wrong.", "3 of 15 orders are wrong.")
        ),
    ],
)
def test_a_sum_of_theirs_is_no_price_and_no_rebate_of_ours(visitor: str, sentence: str, finding: Finding):
    assert guarded(sentence, visitor, verdict=Verdict(finding, ("discount",))).text == ""
