"""A row of instructions is found wherever it stands in a text, and nothing else is taken for one."""

import pytest

from playbook.claims import disguises, letters, recites, rows_of

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
