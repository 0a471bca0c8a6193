"""Which partnership tier fits, why, and what would change it: the playbook's rule over the profile."""

import math
from collections.abc import Iterator, Mapping

from contracts.values import Profile, TierRecommendation
from playbook import Condition, CountedSlot, Language, Playbook, TierRule
from services.proposal.domain.words import MOST_LISTED, plain_list, sentence

Counts = Mapping[CountedSlot, float]


def recommend_tier(profile: Profile, playbook: Playbook) -> TierRecommendation:
    """Apply the tier rule. An unknown slot fulfils no condition and is said to be unknown.

    `reason` and `would_change` are whole sentences.
    """
    rule = playbook.tier_rule
    counts = _counts(profile, rule)
    position = _position(rule, counts)
    tier = playbook.tier(_tier_key(rule, position))
    return TierRecommendation(
        tier=tier.key,
        name=tier.name,
        monthly_price_usd=tier.monthly_price_usd,
        includes=tier.includes,
        reason=" ".join(sentence(text) for text in _reasons(playbook, position, counts, profile)),
        would_change=" ".join(
            sentence(_change_sentence(playbook, change, to))
            for change, to in _changes(playbook, position, counts)
        ),
    )


def _counts(profile: Profile, rule: TierRule) -> Counts:
    """The number of each slot the rule knows and the visitor told."""
    counts: dict[CountedSlot, float] = {}
    for slot in rule.words:
        known = getattr(profile, slot)
        if known is not None:
            counts[slot] = len(known.value) if isinstance(known.value, tuple) else known.value
    return counts


def _holds(condition: Condition, counts: Counts) -> bool:
    return counts.get(condition.slot, -math.inf) > condition.over


def _position(rule: TierRule, counts: Counts) -> int:
    """The first case that holds; the number of cases stands for `otherwise`."""
    for position, case in enumerate(rule.cases):
        if any(_holds(condition, counts) for condition in case.when_any):
            return position
    return len(rule.cases)


def _tier_key(rule: TierRule, position: int) -> str:
    return rule.cases[position].tier if position < len(rule.cases) else rule.otherwise


def _reasons(playbook: Playbook, position: int, counts: Counts, profile: Profile) -> Iterator[str]:
    rule, language = playbook.tier_rule, playbook.language
    if position < len(rule.cases):
        for condition in rule.cases[position].when_any:
            if _holds(condition, counts):
                facts = _facts(condition.slot, counts, profile, language)
                yield condition.says.format_map({**facts, "limit": language.number(condition.over)})
    else:
        for slot, words in rule.words.items():
            if counts.get(slot):
                yield words.known.format_map(_facts(slot, counts, profile, language))
        yield rule.otherwise_says
    if unknown := _unknown(rule, position, counts):
        names = language.either(rule.words[slot].name for slot in unknown)
        yield rule.unknown_says.format(unknown=names)


def _facts(slot: CountedSlot, counts: Counts, profile: Profile, language: Language) -> dict[str, str]:
    value = language.number(counts[slot])
    told = getattr(profile, slot).value
    items = plain_list(told)[:MOST_LISTED] if isinstance(told, tuple) else ()
    return {"value": value, "items": language.listed(items) if items else value}


def _unknown(rule: TierRule, position: int, counts: Counts) -> list[CountedSlot]:
    """The slots that could lead to a larger tier if they were known."""
    asked = [condition.slot for case in rule.cases[:position] for condition in case.when_any]
    return [slot for slot in dict.fromkeys(asked) if slot not in counts]


def _changes(playbook: Playbook, position: int, counts: Counts) -> Iterator[tuple[str, str]]:
    """What leads to another tier, nearest first: the next larger one and the next smaller one.

    While something is unknown every larger tier is possible, so all of them are named.
    """
    rule = playbook.tier_rule
    is_unsure = bool(_unknown(rule, position, counts))
    for larger in reversed(range(position)):
        if change := _upwards(playbook, larger, position, counts):
            yield change, _tier_key(rule, larger)
            if not is_unsure:
                break
    for smaller in range(position + 1, len(rule.cases) + 1):
        if change := _downwards(playbook, smaller, position, counts):
            yield change, _tier_key(rule, smaller)
            break


def _upwards(playbook: Playbook, larger: int, position: int, counts: Counts) -> str | None:
    rule, language = playbook.tier_rule, playbook.language
    if _tier_key(rule, larger) == _tier_key(rule, position):
        return None
    lowest: dict[CountedSlot, float] = {}
    for condition in rule.cases[larger].when_any:
        raised = {**counts, condition.slot: math.nextafter(condition.over, math.inf)}
        if _position(rule, raised) == larger:
            lowest[condition.slot] = min(condition.over, lowest.get(condition.slot, math.inf))
    phrases = [rule.words[slot].over.format(limit=language.number(limit)) for slot, limit in lowest.items()]
    return language.either(phrases) if phrases else None


def _downwards(playbook: Playbook, smaller: int, position: int, counts: Counts) -> str | None:
    rule, language = playbook.tier_rule, playbook.language
    if _tier_key(rule, smaller) == _tier_key(rule, position):
        return None
    highest: dict[CountedSlot, float] = {}
    for case in rule.cases[position:smaller]:
        for condition in case.when_any:
            if _holds(condition, counts):
                highest[condition.slot] = min(condition.over, highest.get(condition.slot, math.inf))
    if _position(rule, {**counts, **highest}) != smaller:
        return None
    return language.listed(
        rule.words[slot].up_to.format(limit=language.number(limit)) for slot, limit in highest.items()
    )


def _change_sentence(playbook: Playbook, change: str, tier_key: str) -> str:
    tier = playbook.tier(tier_key)
    price = playbook.language.price_of(tier.monthly_price_usd)
    return playbook.tier_rule.would_change.format(change=change, tier=tier.name, price=price)
