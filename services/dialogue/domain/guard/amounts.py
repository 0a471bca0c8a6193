"""Judges amounts of money: the catalogue's, each with its tier and by the month; or the visitor's own."""

import re
from collections.abc import Iterable, Sequence

from playbook.claims import Amount, money_in
from services.dialogue.domain.guard.ground import Ground
from services.dialogue.domain.guard.terms import speaks_for_us, words_in


def has_wrong_amounts(text: str, ground: Ground, tier_in_play: str | None) -> bool:
    """Whether amounts stand in a folded text that may not be said there."""
    found = money_in(text)
    named = tiers_named(text, ground)
    tiers = _tiers_of(found, named, tier_in_play)
    return not all(
        _is_a_price(amount, tier, ground) or _is_the_visitors(amount, text, ground)
        for amount, tier in zip(found, tiers, strict=True)
    )


def tiers_named(text: str, ground: Ground) -> list[tuple[int, str]]:
    """The tiers a folded text names, with their places, in order."""
    return sorted(
        (match.start(), tier)
        for tier in ground.house.prices
        for match in re.finditer(rf"\b{re.escape(tier)}\b", text)
    )


def _tiers_of(
    amounts: Sequence[Amount], named: Sequence[tuple[int, str]], tier_in_play: str | None
) -> Iterable[str | None]:
    """The tier each amount belongs to: one by one where there are as many, the nearest otherwise."""
    if not named:
        return [tier_in_play] * len(amounts)
    if len(named) == len(amounts):
        return [tier for _, tier in named]
    return [min(named, key=lambda place: abs(place[0] - amount.start))[1] for amount in amounts]


def _is_a_price(amount: Amount, tier: str | None, ground: Ground) -> bool:
    if amount.is_usd is False or amount.period == "other":
        return False
    prices = ground.house.prices
    if tier is None or tier not in prices:
        return amount.value in prices.values()
    return amount.value == prices[tier]


def _is_the_visitors(amount: Amount, text: str, ground: Ground) -> bool:
    """Whether it is said back as the visitor's own money: about the same thing, and not about our terms.

    A visitor who writes "so it is $1 a month, right?" must not read it back as our price.
    """
    about = ground.amounts.get(f"{amount.value:.10g}")
    if about is None or speaks_for_us(text) or any(name in text for name in ground.house.names):
        return False
    return bool(about & words_in(text))
