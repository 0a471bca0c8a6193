"""Which partnership tier fits, why, and what would change it: the playbook's rule over the profile."""

import math
from collections.abc import Iterator, Mapping

from contracts.values import Profile, TierRecommendation
from playbook import Condition, CountedSlot, Playbook, Tier, TierRule
from services.proposal.domain.draft import is_looked_at_first
from services.proposal.domain.words import MOST_LISTED, plain_list, sentence

Counts = Mapping[CountedSlot, float]


def recommend_tier(
    profile: Profile, playbook: Playbook, *, chosen_tier: str | None = None
) -> TierRecommendation:
    """Apply the tier rule: the same for the same counted slots and tools, whatever else becomes known.

    `chosen_tier` is the key of the tier the visitor chose; where it has too few integrations, that is said.

    An unknown slot fulfils no condition and is said to be unknown. Of a range the lower end is applied; where
    the upper one leads to another tier, the reason says what decides. `reason` and `would_change` are whole
    sentences.
    """
    rule = playbook.tier_rule
    counts = _counts(profile, rule)
    position = _position(rule, counts)
    tier = playbook.tier(_key(rule, position))
    undecided = tuple(_undecided(profile, playbook, counts))
    shown = [each for each in playbook.catalogue if each.key in {tier.key, chosen_tier}]
    tools = (said for each in shown for said in _more_tools(profile, playbook, each))
    reasons = (*_reasons(profile, playbook, counts), *undecided, *tools)
    changes = _changes(playbook, counts, is_decided=not undecided)
    return TierRecommendation(
        tier=tier.key,
        name=tier.name,
        monthly_price_usd=tier.monthly_price_usd,
        includes=tier.includes,
        reason=" ".join(map(sentence, reasons)),
        would_change=" ".join(map(sentence, changes)),
    )


def _counts(profile: Profile, rule: TierRule) -> Counts:
    """The number of each slot the rule knows and the visitor told."""
    told = {slot: getattr(profile, slot).value for slot in rule.words if getattr(profile, slot) is not None}
    return {slot: len(value) if isinstance(value, tuple) else value for slot, value in told.items()}


def _position(rule: TierRule, counts: Counts) -> int:
    """The first case that holds; the number of cases stands for `otherwise`."""
    holding = (position for position, case in enumerate(rule.cases) if any(_holding(case, counts)))
    return next(holding, len(rule.cases))


def _holding(case: TierRule.Case, counts: Counts) -> Iterator[Condition]:
    return (condition for condition in case.when_any if counts.get(condition.slot, 0) > condition.over)


def _key(rule: TierRule, position: int) -> str:
    return rule.cases[position].tier if position < len(rule.cases) else rule.otherwise


def _reasons(profile: Profile, playbook: Playbook, counts: Counts) -> Iterator[str]:
    rule, position = playbook.tier_rule, _position(playbook.tier_rule, counts)
    if position < len(rule.cases):
        for condition in _holding(rule.cases[position], counts):
            facts = _facts(condition.slot, profile, playbook)
            yield condition.says.format_map({**facts, "limit": playbook.language.number(condition.over)})
        return
    for slot, words in rule.words.items():
        if counts.get(slot):
            yield words.known.format_map(_facts(slot, profile, playbook))
    yield rule.otherwise_says


def _facts(slot: CountedSlot, profile: Profile, playbook: Playbook) -> dict[str, str]:
    number, known = playbook.language.number, getattr(profile, slot)
    if isinstance(known.value, tuple):
        value, items = number(len(known.value)), plain_list(known.value)[:MOST_LISTED]
        return {"value": value, "items": playbook.language.listed(items) if items else value}
    value = "\u2013".join(map(number, sorted({known.value, _upper(slot, profile)})))
    return {"value": value, "items": value}


def _upper(slot: CountedSlot, profile: Profile) -> float:
    """The upper end of a range; of a number that number, of a list its length."""
    value, up_to = getattr(profile, slot).value, getattr(profile, slot).up_to
    return len(value) if isinstance(value, tuple) else max(value, up_to or value)


def _undecided(profile: Profile, playbook: Playbook, counts: Counts) -> Iterator[str]:
    """What the tier could still depend on: ranges that more than one tier fits, and unknown slots.

    A visitor who is never asked for a slot misses nothing of it.
    """
    rule, position = playbook.tier_rule, _position(playbook.tier_rule, counts)
    asked = {question.slot for stage in playbook.stages.values() for question in stage.questions}
    deciding = [condition.slot for case in rule.cases[:position] for condition in case.when_any]
    if unknown := [slot for slot in dict.fromkeys(deciding) if slot in asked - counts.keys()]:
        names = playbook.language.either(rule.words[slot].name for slot in unknown)
        yield rule.unknown_says.format(unknown=names)
    ranges = [slot for slot in counts if _position(rule, {**counts, slot: _upper(slot, profile)}) != position]
    if ranges:
        names = playbook.language.listed(rule.words[slot].name for slot in ranges)
        yield rule.range_says.format(unknown=names)


def _more_tools(profile: Profile, playbook: Playbook, tier: Tier) -> Iterator[str]:
    """What comes first where the visitor has more tools to connect than the tier includes."""
    tools = plain_list(profile.tools.value) if profile.tools else ()
    count = sum(not is_looked_at_first(tool, playbook) for tool in tools)
    enough = [offered for offered in playbook.catalogue if (offered.integrations or math.inf) >= count]
    if tier in enough or not enough:
        return
    larger = min(enough, key=lambda offered: offered.monthly_price_usd)
    yield playbook.tier_rule.more_tools_says.format(
        tier=tier.name,
        included=tier.integrations,
        value=count,
        larger=larger.name,
        price=playbook.language.price_of(larger.monthly_price_usd),
    )


def _changes(playbook: Playbook, counts: Counts, *, is_decided: bool) -> Iterator[str]:
    """What leads to another tier, nearest first: the next larger one and the next smaller one.

    While it is undecided every larger tier is possible, so all of them are named.
    """
    rule, position = playbook.tier_rule, _position(playbook.tier_rule, counts)
    others = [at for at in range(len(rule.cases) + 1) if _key(rule, at) != _key(rule, position)]
    ways = {at: way for at in others if (way := _way_to(at, playbook, counts))}
    larger, smaller = [at for at in reversed(ways) if at < position], [at for at in ways if at > position]
    for at in (*(larger[:1] if is_decided else larger), *smaller[:1]):
        tier = playbook.tier(_key(rule, at))
        price = playbook.language.price_of(tier.monthly_price_usd)
        yield rule.would_change.format(change=ways[at], tier=tier.name, price=price)


def _way_to(other: int, playbook: Playbook, counts: Counts) -> str:
    """Over which limits another case would hold, or within which; nothing where none leads there."""
    rule = playbook.tier_rule
    is_larger = other < _position(rule, counts)
    cases = rule.cases[other : other + 1] if is_larger else rule.cases[:other]
    limits = dict[CountedSlot, float]()
    for condition in (
        one for case in cases for one in (case.when_any if is_larger else _holding(case, counts))
    ):
        over = {**counts, condition.slot: math.nextafter(condition.over, math.inf)}
        if not is_larger or _position(rule, over) == other:
            limits[condition.slot] = min(condition.over, limits.get(condition.slot, math.inf))
    if not limits or not (is_larger or _position(rule, {**counts, **limits}) == other):
        return ""
    joined = playbook.language.either if is_larger else playbook.language.listed
    words = {slot: rule.words[slot].over if is_larger else rule.words[slot].up_to for slot in limits}
    return joined(words[slot].format(limit=playbook.language.number(limits[slot])) for slot in limits)
