"""Checks that the fact sheet and the catalogue tell one story."""

import re
from collections.abc import Iterator, Sequence

from playbook.facts import FactSheet
from playbook.language import Language
from playbook.offer import Tier

_FIGURE = r"\d(?:[\d.,'\u00a0\u202f ]*\d)?"


def contradictions(facts: FactSheet, catalogue: Sequence[Tier], language: Language) -> Iterator[str]:
    """Every tier whose fact lacks its price or what it includes, and every amount that is no tier's price."""
    prices = {language.price_of(tier.monthly_price_usd) for tier in catalogue}
    for tier in catalogue:
        fact = facts.fact(tier.key)
        if fact is None:
            yield f"facts lack {tier.key}, a tier of the catalogue"
            continue
        price = language.price_of(tier.monthly_price_usd)
        for words in (tier.name, price, *tier.includes):
            if words not in fact.says:
                yield f"facts.{tier.key} does not say {words!r}, which the catalogue says of {tier.name}"
    for fact in facts.facts:
        for amount in _amounts(fact.says, language):
            if amount not in prices:
                yield f"facts.{fact.id} says {amount!r}, which is the price of no tier"


def _amounts(text: str, language: Language) -> Iterator[str]:
    """Every amount that is written as the language writes a price."""
    before, _, after = language.price.partition("{amount}")
    return (match.group() for match in re.finditer(re.escape(before) + _FIGURE + re.escape(after), text))
