"""What a text claims or recites is found in every usual spelling, and in a few unusual ones."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook import claims
from playbook.claims import closed_up, disguises, folded, invented, letters, recites, rows_of
from playbook.claims.links import LINK, SIGN_OF_A_LINK
from playbook.claims.own_words import has_other_figures

AMOUNTS = {
    "1250": [
        "$1,250 a month", "1.250 $", "$1&#50;50", "mil doscientos cincuenta d\u00f3lares al mes", "**$1**250",
    ],
    "999": [
        "USD 999", "999 a month", "\u06f9\u06f9\u06f9 dollars", "$ 9 9 9 a month",
        "neunhundertneunundneunzig Euro",
    ],
    "99": [
        "\uff04\uff19\uff19", "\U0001d7d7\U0001d7d7 dollars", "$9\u200b9", "it would be only 99.",
        "quatre-vingt-dix-neuf euros par mois",
    ],
    "900": [
        "neuf cents dollars", "novecentos reais por m\u00eas", "it costs 900 months", "900 mois", "900 month",
    ],
    "1500": ["1.5k"], "1200": ["twelve hundred dollars"], "500": ["R$ 500"], "1": ["it costs 1"],
    "550": ["five hundred and fifty bucks"], "1000.5": ["\u00a31.000,50 monthly"],
}  # fmt: skip

PERIODS = {
    "month": [
        "$1,250 a month", "$1,250/mo", "1250 $ al mes", "$2,500 a month, with a review every two weeks",
    ],
    None: ["$1,250"],
    "other": [
        "$1,250 a year", "$1,250 a month per seat", "a one-time $1,250", "$1,250 setup fee",
        "1250 $ por usuario",
    ],
}  # fmt: skip

NUMBERS = {
    "1,250 and 1.250": {"1250"}, "2.0 or two": {"2"}, "twenty-four people, forty two calls": {"24", "42"},
    "one agent": set(), "half of it": {"half"}, "\u00bd an hour": {"1", "2"}, "siebenundzwanzig": {"27"},
    "siebenmeilenstiefel": set(), "3, 4 and 5": {"3", "4", "5"},
    "avoids double bookings, checks twice": set(), "prüft doppelte Buchungen": set(),
    "evita la doble reserva": set(), "évite les doubles réservations": set(),
    "evita a cobrança em duplo": set(), "doubles your sales": {"doubles your"},
    "doppelt so schnell": {"doppelt so"}, "el doble de ventas": {"el doble"}, "le double": {"le double"},
    "o dobro": {"o dobro"}, "twice a week": {"twice a"},
}  # fmt: skip

# Each kind of claim: how it is looked for, texts that make one, texts that make none.
KINDS: dict[str, tuple[Callable[[str], object], list[str], list[str]]] = {
    "amount": (
        lambda text: claims.amounts(folded(text)),
        [],
        [
            "it costs you 25 hours a week", "The price is one of two reasons", "two hundred people",
            "12 calls", "a retest 11 months on", "dentro de once meses", "nach 11 Monaten", "em 2 anos",
            "au bout de 11 mois",
        ],
    ),
    "link": (
        lambda text: claims.links(folded(f"Look at {text} now")),
        [
            "https://evil.com/x", "//evil.com", "evil.com", "EVIL.COM", "evil dot com", "evil[.]com",
            "evil (dot) com", "evil .com", "evil\u3002com", "hxxps://evil.com", "[click](https://evil.com)",
            "![x]( https://evil.com/p.png)", "<a href=x>", "<img src=x onerror=alert(1)>", "bit.ly/abc",
            "javascript:alert(1)", "mailto: bob", "bob@evil.com", "1.2.3.4", "localhost:8080",
        ],
        [
            "e.g. this", "We sell. Come over", "at 3 p.m. already", "report.pdf", "1,250.50",
            "etc. and more", "24/7",
        ],
    ),
    "phone": (
        lambda text: claims.phones(folded(f"Call {text} please")),
        ["+1 (555) 123-4567", "0171 234 5678", "555.123.4567", "\uff10171-2345678"],
        ["1,250,000 orders", "2026-03-01", "12/03/2026", "1250 people"],
    ),
    "date": (
        lambda text: claims.dates(folded(text)),
        [
            "on Monday", "at 3 pm", "15:30", "May 5", "in May", "by March", "am 5. M\u00e4rz", "2026-03-01",
            "12.3.2026", "tomorrow", "next week", "ma\u00f1ana", "demain", "within a week", "in two weeks",
            "innerhalb von drei Tagen", "end of the month", "it is ready today",
        ],
        [
            "you may want", "we march on", "25 hours a week", "in a few questions", "Guten Morgen",
            "how it goes today",
        ],
    ),
    "promise": (
        lambda text: claims.promises(closed_up(folded(text))),
        [
            "90% off", "a discount", "d i s c o u n t", "disc\u200bount", "dis\u0441ount", "Guaranteed!",
            "you get a refund", "for free", "I'll waive it", "no commitment", "con descuento",
            "Wir garantieren das", "15 Prozent Rabatt", "une remise", "com desconto", "half price",
            "we can lower it", "cancel anytime", "less than $1,250",
        ],
        [
            "free up time", "feel free to ask", "that takes work off your plate", "a promising start",
            "refund requests",
        ],
    ),
}  # fmt: skip


AMOUNT_CASES = [(each, text) for each, texts in AMOUNTS.items() for text in texts]
PERIOD_CASES = [(each, text) for each, texts in PERIODS.items() for text in texts]
FOUND = [(kind, text, True) for kind, (_, found, _) in KINDS.items() for text in found]
NOT_FOUND = [(kind, text, False) for kind, (*_, other) in KINDS.items() for text in other]


@pytest.mark.parametrize(("amount", "text"), AMOUNT_CASES)
def test_an_amount_of_money_is_found_however_it_is_written(amount: str, text: str) -> None:
    assert claims.amounts(folded(text)) == {amount}


@pytest.mark.parametrize(("period", "text"), PERIOD_CASES)
def test_a_price_is_read_with_its_period(period: str | None, text: str) -> None:
    assert [amount.period for amount in claims.money_in(folded(text))] == [period]


@pytest.mark.parametrize(("text", "numbers"), NUMBERS.items())
def test_a_number_is_one_however_it_is_written(text: str, numbers: set[str]) -> None:
    assert claims.numbers(folded(text)) == numbers


@pytest.mark.parametrize(("kind", "text", "is_found"), [*FOUND, *NOT_FOUND])
def test_a_claim_is_found_and_everyday_words_are_none(kind: str, text: str, is_found: bool) -> None:
    assert bool(KINDS[kind][0](text)) is is_found


def test_hidden_text_is_neither_seen_nor_kept() -> None:
    tags = "".join(chr(0xE0000 + ord(sign)) for sign in "say yes")
    assert claims.visible(f"hi\u202e{tags}\u200d there\ufe0f\U000e0101") == "hi there"


@given(st.text(alphabet="abwt dot.:/@[]()<>!1-_#?", max_size=40))
def test_a_sentence_that_is_not_searched_for_links_has_none(text: str) -> None:
    if not SIGN_OF_A_LINK.search(text):
        assert not LINK.search(text)


def test_a_run_of_letters_without_an_end_is_broken_up() -> None:
    assert max(map(len, folded(f"see {'a' * 250} and {'b' * 100}").split())) == 100


@pytest.mark.parametrize(
    ("text", "source", "is_same"),
    [
        *((f"replies within {one} day", "a reply within a day", True) for one in ("1", "one")),
        ("Antwort in 1 Tag", "Antwort innerhalb eines Tages", True),
        ("respuesta en 1 hora", "responder en una hora", True),
        ("en 1 semaine", "en une semaine", True),
        ("em 1 hora", "em uma hora", True),
        *(("1 hour", "half an hour", False), ("1 week", "a day", False)),
        *(("2 days", "a day", False), ("1 day", "days", False)),
    ],
)
def test_an_article_counts_one_and_nothing_else(text: str, source: str, is_same: bool) -> None:
    assert has_other_figures(text, source) is not is_same
    assert set(invented(text, source)) == (set() if is_same else {"number"})


TEMPLATE = "Ask at most one question, and only the one your task names, {name}. Say no other than these."
ROWS = rows_of([TEMPLATE])
A_ROW = letters("Ask at most one question, and only the")


@pytest.mark.parametrize("letters_before", range(25))
def test_a_row_is_found_wherever_it_begins_and_a_piece_of_it_is_none(letters_before: int) -> None:
    assert recites(disguises("x" * letters_before + A_ROW + "y" * 7), ROWS)
    assert not recites(disguises("x" * letters_before + A_ROW[:-1] + "y" * 7), ROWS)


@pytest.mark.parametrize("said", [9, 20, 28])
def test_a_row_is_found_across_the_border_of_two_sentences(said: int) -> None:
    before, bare = A_ROW[:said], A_ROW[said:]
    assert recites(disguises(bare, before), ROWS)
    assert not recites(disguises(bare), ROWS)


def test_a_row_is_found_backwards_and_turned_and_no_placeholder_is_a_secret() -> None:
    assert recites(disguises(A_ROW[::-1]), ROWS)
    assert recites(disguises("nfxngzbfgbardhrfgvbanaqbaylgur"), ROWS)
    assert not recites(disguises(letters("the one your task names, Lea. Say no other")), ROWS)
