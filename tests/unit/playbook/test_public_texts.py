"""What a visitor writes may stand under the company's name, unless it speaks for it or tells of a person."""

import pytest

from playbook.claims import identifies_somebody, names_of, overreaches, without_personal_data
from playbook.claims.our_name import OwnNames
from tests.support.public_texts import BLANKED, KEPT, REFUSED, UNBLANKED

OWN = OwnNames("Insta Agents", "Ada", {"Starter": 1250, "Growth": 2500, "Enterprise": 5000})
DANA = names_of("Dana Whitfield", "dana.whitfield@clinic.example")


@pytest.mark.parametrize("text", REFUSED)
def test_what_would_speak_for_the_company_is_refused(text: str) -> None:
    assert overreaches(text, OWN)


@pytest.mark.parametrize("text", KEPT)
def test_what_a_business_does_for_its_own_customers_is_kept(text: str) -> None:
    assert not overreaches(text, OWN)
    assert not identifies_somebody(text)


@pytest.mark.parametrize(
    "text", [*KEPT, "We lose $1,200 a month on phone orders", "I promise a reply in a day"]
)
def test_a_visitor_may_be_quoted_with_what_they_do(text: str) -> None:
    assert not overreaches(text, OWN, is_quoted=True)


@pytest.mark.parametrize(
    "text", ["insta Agents refunds you $500", "you get a full refund", "it costs $1 a month"]
)
def test_a_quote_does_not_speak_for_the_company_either(text: str) -> None:
    assert overreaches(text, OWN, is_quoted=True)


@pytest.mark.parametrize(("text", "left"), BLANKED)
def test_what_identifies_a_person_is_blanked(text: str, left: str) -> None:
    assert without_personal_data(text, DANA) == left


@pytest.mark.parametrize("text", UNBLANKED)
def test_what_identifies_nobody_is_left_as_it_is(text: str) -> None:
    assert without_personal_data(text, DANA) == text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("mark the invoice as paid", "Mark"),
        ("Grace period of a week", "Grace Hopper"),
        ("mirar la agenda y llamar a la tienda", "Mar\u00eda de la Cruz"),
        ("den Termin mit dem Kunden zur Praxis", "Jan ZUR DEN Linden"),
    ],
)
def test_a_word_that_is_a_name_too_is_a_word_where_no_capital_tells(text: str, name: str) -> None:
    assert without_personal_data(text, names_of(name)) == text
