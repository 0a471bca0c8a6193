"""The sums that may be said back to a visitor, and the wrong ones beside them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.values import Profile, Slot
from playbook.guard import AllowedClaims, Finding, GuardedReply, Reason, Verdict
from tests.support.playbooks import SHIPPED
from tests.unit.playbook.guard.scene import TURN, guarded

ABOUT_VISITOR = Verdict(Finding.ABOUT_VISITOR)


def reasons(visitor: str, reply: str, *, language: str = "en") -> list[Reason]:
    """Why a sentence about the visitor is refused in 2026."""
    known = Profile(language=Slot(value=language, words=language, turn_id=TURN))
    reply_to = GuardedReply(AllowedClaims.of(SHIPPED, known, [visitor], year=2026))
    reply_to.add(reply)
    reply_to.finish()
    reply_to.settle([ABOUT_VISITOR] * len(reply_to.ask()))
    return [violation.reason for violation in reply_to.violations]


@pytest.mark.parametrize(
    ("visitor", "right", "wrong", "language"),
    [
        ("9 drivers and 4 cooks", "13 people, then.", "14 people, then.", "en"),
        ("9 drivers, 4 of them sick", "5 drivers are left.", "7 drivers are left.", "en"),
        ("6 hours a week", "About 26 hours a month.", "About 29 hours a month.", "en"),
        ("Open since 1962.", "Over sixty years, lovely.", "Over seventy years, lovely.", "en"),
        ("Opening again in 2034.", "In 2034, then.", "8 years, then.", "en"),
        ("Closed in January and February.", "Ten busy months, then.", "Eleven busy months, then.", "en"),
        ("Closed on Monday.", "Six days a week, then.", "Eight days a week, then.", "en"),
        ("Every fifth order is wrong.", "So 20% are wrong.", "So 25% are wrong.", "en"),
        ("4 of 16 invoices are late.", "That is 25%.", "That is 20%.", "en"),
        ("2 of 3 invoices are late.", "About 67%.", "About 70%.", "en"),
        ("Jede dritte Rechnung ist falsch.", "Also 33 Prozent.", "Also 30 Prozent.", "de"),
        ("Un pedido de cada cuatro, cada cuarto pedido.", "El 25 %.", "El 20 %.", "es"),
        ("6 mails, 16 fois", "Quatre-vingt-seize mails.", "Quatre-vingt-dix-sept mails.", "fr"),
        ("płacę 1500 zł", "Tysiąc pięćset złotych.", "Tysiąc sześćset złotych.", "pl"),
        ("каждый пятый заказ", "Это двадцать процентов.", "Это тридцать процентов.", "ru"),
    ],
)  # fmt: skip
def test_only_a_right_sum_of_their_figures_is_said(
    visitor: str, right: str, wrong: str, language: str
) -> None:
    assert reasons(visitor, right, language=language) == []
    assert reasons(visitor, wrong, language=language) == [Reason.FOREIGN_FIGURE]


@given(part=st.integers(11, 60), whole=st.integers(61, 99), said=st.integers(100, 100_000))
@settings(deadline=None, max_examples=60)
def test_of_two_figures_nothing_is_said_but_what_follows_from_them(part: int, whole: int, said: int) -> None:
    pair = (part + whole, whole - part, part * whole)
    weeks = [n * times for n in (part, whole, *pair) for times in (1, 4, 4.3, 4.33, 52, 1 / 5)]
    follows = any(abs(said - sum_) <= 1 for sum_ in weeks)
    is_ours = reasons("hello", f"That is {said} of them.") == []

    shown = reasons(f"{part} in the shop, {whole} outside", f"That is {said} of them.") == []

    assert shown <= (follows or is_ours)


@pytest.mark.parametrize("finding", [Finding.CARRIED, Finding.NO_CLAIM])
@pytest.mark.parametrize("visitor", ["Every fifth order is wrong.", "3 of 15 orders are wrong."])
def test_a_share_of_the_visitors_is_no_rebate_of_ours(visitor: str, finding: Finding) -> None:
    verdict = Verdict(finding, ("discount",))
    assert guarded("That is 20% off.", visitor, verdict=verdict).text == ""
