"""A translation may change the words of a text of ours, and nothing that a visitor could hold us to."""

import pytest

from playbook.faithful import is_faithful

TIER = """\
From what you told me, **Growth** at **$2,500 a month** fits a team of 22.

- up to three agents
- five integrations

Book here: https://calendly.com/demo"""
ITALIAN = """\
Da quanto mi ha detto, **Growth** a **$2.500 al mese** va bene per un gruppo di 22.

- fino a tre agenti
- cinque integrazioni

Prenoti qui: https://calendly.com/demo"""
NAMES = ("Starter", "Growth", "Enterprise")


SPELLINGS = [ITALIAN.replace("2.500", figure) for figure in ("2.500", "2 500", "2\u202f500")]
ARABIC = ITALIAN.replace("2.500", "\u0662\u066c\u0665\u0660\u0660").replace("22", "\u0662\u0662")


@pytest.mark.parametrize("translated", [*SPELLINGS, ARABIC, ITALIAN.replace("fino a tre", "fino a 3")])
def test_other_words_and_another_spelling_of_figures_are_faithful(translated: str) -> None:
    assert is_faithful(TIER, translated, NAMES)


CHANGED = {
    "$2.500": ("$250", "€2.500", "2.500 dollari"),
    "22": ("ventidue",),
    "Growth": ("Crescita", "Enterprise"),
    "https://calendly.com/demo": ("https://calendly.example/demo", "il link"),
    "- cinque integrazioni\n": ("",),
    "**": ("",),
    ITALIAN: (ITALIAN * 4, "Growth", ""),
}
ADDED = (" Scriva a info@altrove.example", " Con il 20 % di sconto.", " Prima versione in 14 giorni.")
CASES = [(old, new) for old, changes in CHANGED.items() for new in changes]


@pytest.mark.parametrize(("old", "new"), [*CASES, *((ITALIAN, ITALIAN + added) for added in ADDED)])
def test_a_changed_figure_link_name_or_shape_is_not(old: str, new: str) -> None:
    assert not is_faithful(TIER, ITALIAN.replace(old, new), NAMES)


def test_a_line_that_asks_nothing_does_not_ask_in_another_language() -> None:
    line, asks = "Tell me which line should differ.", "Welke regel moet anders?"
    assert not is_faithful(line, asks, NAMES)
    assert is_faithful("Which line should differ?", asks, NAMES)
