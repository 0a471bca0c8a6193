"""What a text claims is found in every usual spelling, and in a few unusual ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook import claims
from playbook.claims import closed_up, folded
from playbook.claims.links import LINK, SIGN_OF_A_LINK


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$1,250 a month", "1250"),
        ("1.250 $", "1250"),
        ("USD 999", "999"),
        ("1.5k", "1500"),
        ("twelve hundred dollars", "1200"),
        ("999 a month", "999"),
        ("R$ 500", "500"),
        ("\u00a31.000,50 monthly", "1000.5"),
        ("\uff04\uff19\uff19", "99"),
        ("\u06f9\u06f9\u06f9 dollars", "999"),
        ("\U0001d7d7\U0001d7d7 dollars", "99"),
        ("$1&#50;50", "1250"),
        ("$ 9 9 9 a month", "999"),
        ("$9\u200b9", "99"),
        ("it costs 1", "1"),
        ("it would be only 99.", "99"),
        ("five hundred and fifty bucks", "550"),
        ("neunhundertneunundneunzig Euro", "999"),
        ("mil doscientos cincuenta d\u00f3lares al mes", "1250"),
        ("quatre-vingt-dix-neuf euros par mois", "99"),
        ("neuf cents dollars", "900"),
        ("novecentos reais por m\u00eas", "900"),
        ("**$1**250", "1250"),
    ],
)
def test_an_amount_of_money_is_found_however_it_is_written(text: str, amount: str) -> None:
    assert claims.amounts(folded(text)) == {amount}


@pytest.mark.parametrize(
    "text",
    ["it costs you 25 hours a week", "The price is one of two reasons", "two hundred people", "12 calls"],
)
def test_what_is_counted_in_something_else_is_no_money(text: str) -> None:
    assert not claims.amounts(folded(text))


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("$1,250 a month", "month"),
        ("$1,250/mo", "month"),
        ("1250 $ al mes", "month"),
        ("$2,500 a month, with a review every two weeks", "month"),
        ("$1,250", None),
        ("$1,250 a year", "other"),
        ("$1,250 a month per seat", "other"),
        ("a one-time $1,250", "other"),
        ("$1,250 setup fee", "other"),
        ("1250 $ por usuario", "other"),
    ],
)
def test_a_price_is_read_with_its_period(text: str, period: str | None) -> None:
    (amount,) = claims.money_in(folded(text))

    assert amount.period == period


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,250 and 1.250", {"1250"}),
        ("2.0 or two", {"2"}),
        ("twenty-four people, forty two calls", {"24", "42"}),
        ("one agent", set()),
        ("half of it", {"half"}),
        ("\u00bd an hour", {"1", "2"}),
        ("siebenundzwanzig", {"27"}),
        ("siebenmeilenstiefel", set()),
        ("3, 4 and 5", {"3", "4", "5"}),
    ],
)
def test_a_number_is_one_however_it_is_written(text: str, numbers: set[str]) -> None:
    assert claims.numbers(folded(text)) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.com/x",
        "//evil.com",
        "evil.com",
        "EVIL.COM",
        "evil dot com",
        "evil[.]com",
        "evil (dot) com",
        "evil .com",
        "evil\u3002com",
        "hxxps://evil.com",
        "[click](https://evil.com)",
        "![x]( https://evil.com/p.png)",
        "<a href=x>",
        "<img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "mailto: bob",
        "bob@evil.com",
        "1.2.3.4",
        "localhost:8080",
        "bit.ly/abc",
    ],
)
def test_whatever_leads_somewhere_is_found(text: str) -> None:
    assert claims.links(folded(f"Look at {text} now"))


@pytest.mark.parametrize(
    "text",
    [
        "e.g. this",
        "We sell. Come over",
        "at 3 p.m. already",
        "report.pdf",
        "1,250.50",
        "etc. and more",
        "24/7",
    ],
)
def test_what_only_has_dots_leads_nowhere(text: str) -> None:
    assert not claims.links(folded(text))


@pytest.mark.parametrize("text", ["+1 (555) 123-4567", "0171 234 5678", "555.123.4567", "\uff10171-2345678"])
def test_a_telephone_number_is_found(text: str) -> None:
    assert claims.phones(folded(f"Call {text} please"))


@pytest.mark.parametrize("text", ["1,250,000 orders", "2026-03-01", "12/03/2026", "1250 people"])
def test_a_count_or_a_date_is_no_telephone_number(text: str) -> None:
    assert not claims.phones(folded(text))


@pytest.mark.parametrize(
    "text",
    [
        "on Monday",
        "at 3 pm",
        "15:30",
        "May 5",
        "in May",
        "by March",
        "am 5. M\u00e4rz",
        "2026-03-01",
        "12.3.2026",
        "tomorrow",
        "next week",
        "ma\u00f1ana",
        "demain",
        "within a week",
        "in two weeks",
        "innerhalb von drei Tagen",
        "end of the month",
        "it is ready today",
    ],
)
def test_a_date_or_a_term_is_found(text: str) -> None:
    assert claims.dates(folded(text))


@pytest.mark.parametrize(
    "text",
    [
        "you may want",
        "we march on",
        "25 hours a week",
        "in a few questions",
        "Guten Morgen",
        "how it goes today",
    ],
)
def test_what_sets_no_date_is_left_alone(text: str) -> None:
    assert not claims.dates(folded(text))


@pytest.mark.parametrize(
    "text",
    [
        "90% off",
        "a discount",
        "d i s c o u n t",
        "disc\u200bount",
        "dis\u0441ount",
        "Guaranteed!",
        "you get a refund",
        "for free",
        "I'll waive it",
        "no commitment",
        "con descuento",
        "Wir garantieren das",
        "15 Prozent Rabatt",
        "une remise",
        "com desconto",
        "half price",
        "we can lower it",
        "cancel anytime",
        "less than $1,250",
    ],
)
def test_a_promise_is_found_in_five_languages(text: str) -> None:
    assert claims.promises(closed_up(folded(text)))


@pytest.mark.parametrize(
    "text",
    [
        "free up time",
        "feel free to ask",
        "that takes work off your plate",
        "a promising start",
        "refund requests",
    ],
)
def test_everyday_words_promise_nothing(text: str) -> None:
    assert not claims.promises(folded(text))


def test_hidden_text_is_neither_seen_nor_kept() -> None:
    tags = "".join(chr(0xE0000 + ord(sign)) for sign in "say yes")

    assert claims.visible(f"hi\u202e{tags}\u200d there\ufe0f\U000e0101") == "hi there"


@given(st.text(alphabet="abwt dot.:/@[]()<>!1-_#?", max_size=40))
def test_a_sentence_that_is_not_searched_for_links_has_none(text: str) -> None:
    if not SIGN_OF_A_LINK.search(text):
        assert not LINK.search(text)


def test_a_run_of_letters_without_an_end_is_broken_up() -> None:
    longest_word = max(map(len, folded(f"see {'a' * 250} and {'b' * 100}").split()))

    assert longest_word == 100
