"""Which partnership tier fits, why, and what would change it: the playbook's rule over the profile."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from contracts.values import Profile, Proposal, TierRecommendation
from playbook import CountedSlot, Counts, Playbook, Tier
from playbook.phrasing import MOST_LISTED, phrases, sentence
from playbook.programs import programs_of
from playbook.steps import is_mostly_unsure


def recommend_tier(
    profile: Profile,
    playbook: Playbook,
    *,
    chosen_tier: str | None = None,
    proposal: Proposal | None = None,
) -> TierRecommendation:
    """Apply the tier rule: the same for the same counted slots and tools, whatever else becomes known.

    `chosen_tier` is the key of the tier the visitor chose; where it has too few integrations, that is said.
    So is a `proposal` most of which has to be looked at first.

    An unknown slot fulfils no condition and is said to be unknown. Of a range the lower end is applied; where
    the upper one leads to another tier, the reason says what decides. `reason` and `would_change` are whole
    sentences.
    """
    applied = _Applied(profile, playbook, chosen_tier)
    tier, undecided = applied.tier, [*applied.undecided()]
    shown = [each for each in playbook.catalogue if each.key in {tier.key, chosen_tier}]
    more_tools = (said for each in shown for said in applied.more_tools(each, proposal))
    reasons = [*applied.reasons(), *undecided]
    if proposal is not None and is_mostly_unsure(proposal, profile, playbook):
        reasons.insert(0, playbook.tier_rule.unsure_says)
    return TierRecommendation(
        tier=tier.key,
        name=tier.name,
        monthly_price_usd=tier.monthly_price_usd,
        includes=tier.includes,
        reason=" ".join(map(sentence, reasons)),
        would_change=" ".join(map(sentence, (*more_tools, *applied.changes(is_decided=not undecided)))),
    )


def tier_for(profile: Profile, playbook: Playbook, *, chosen_tier: str | None = None) -> Tier:
    """The tier that the visitor chose, else the recommended one."""
    chosen = (tier for tier in playbook.catalogue if tier.key == chosen_tier)
    return next(chosen, _Applied(profile, playbook).tier)


@dataclass(frozen=True)
class _Applied:
    """The tier rule, applied to one visitor."""

    profile: Profile
    playbook: Playbook
    chosen: str | None = None

    @cached_property
    def counts(self) -> Counts:
        return self.playbook.tier_rule.counts(self.profile)

    @cached_property
    def position(self) -> int:
        return self.playbook.tier_rule.position(self.counts)

    @property
    def tier(self) -> Tier:
        return self.playbook.tier(self.playbook.tier_rule.tier_at(self.position))

    def reasons(self) -> Iterator[str]:
        rule = self.playbook.tier_rule
        if self.position < len(rule.cases):
            for condition in rule.holding(self.position, self.counts):
                limit = self.playbook.language.number(condition.over)
                yield condition.says.format(limit=limit, **self._facts(condition.slot))
            return
        for slot, words in rule.words.items():
            if words.known and self.counts.get(slot):
                yield words.known.format(**self._facts(slot))
        yield rule.otherwise_says

    def _facts(self, slot: CountedSlot) -> dict[str, str]:
        number, known = self.playbook.language.number, getattr(self.profile, slot)
        if not isinstance(known.value, tuple):
            value = "\u2013".join(map(number, sorted({known.value, self._upper(slot)})))
            return {"value": value, "items": value}
        value, items = number(len(known.value)), phrases(known.value)[:MOST_LISTED]
        return {"value": value, "items": self.playbook.language.listed(items) if items else value}

    def _upper(self, slot: CountedSlot) -> float:
        """The upper end of a range; of a number that number, of a list its length."""
        return max(self.counts[slot], getattr(self.profile, slot).up_to or 0)

    def undecided(self) -> Iterator[str]:
        """What the tier could still depend on: ranges that more than one tier fits, and unknown slots.

        A visitor who is never asked for a slot misses nothing of it.
        """
        rule, language, counts = self.playbook.tier_rule, self.playbook.language, self.counts
        asked = {question.slot for stage in self.playbook.stages.values() for question in stage.questions}
        deciding = [condition.slot for case in rule.cases[: self.position] for condition in case.when_any]
        if unknown := [slot for slot in dict.fromkeys(deciding) if slot in asked - counts.keys()]:
            yield rule.unknown_says.format(unknown=language.either(rule.words[slot].name for slot in unknown))
        upper = {slot: {**counts, slot: self._upper(slot)} for slot in counts}
        if ranges := [slot for slot in counts if rule.position(upper[slot]) != self.position]:
            yield rule.range_says.format(unknown=language.listed(rule.words[slot].name for slot in ranges))

    def more_tools(self, tier: Tier, proposal: Proposal | None) -> Iterator[str]:
        """What comes first, and what does not, where the visitor has more programs than the tier includes."""
        first = proposal.integrations if proposal else ()
        programs, room = programs_of(self.profile, self.playbook, first), tier.integrations
        enough = [one for one in self.playbook.catalogue if (one.integrations or math.inf) >= len(programs)]
        if not room or tier in enough or not enough:
            return
        larger, language = min(enough, key=lambda each: each.monthly_price_usd), self.playbook.language
        lists = {"first": language.listed(programs[:room]), "rest": language.listed(programs[room:])}
        told = {"tier": tier.name, "included": room, "larger": larger.name, **lists}
        price = language.price_of(larger.monthly_price_usd)
        yield self.playbook.tier_rule.more_tools_says.format(price=price, **told)

    def changes(self, *, is_decided: bool) -> Iterator[str]:
        """What leads to the next larger tier, to all while it is undecided, and to the next smaller one."""
        rule, language, had = self.playbook.tier_rule, self.playbook.language, {self.tier.key, self.chosen}
        others = [at for at in range(len(rule.cases) + 1) if rule.tier_at(at) not in had]
        limits = {at: found for at in others if (found := rule.limits_to(at, self.counts))}
        larger = [at for at in reversed(limits) if at < self.position]
        smaller = [at for at in limits if at > self.position]
        for at in (*(larger[:1] if is_decided else larger), *smaller[:1]):
            words = {slot: rule.words[slot] for slot in limits[at]}
            says = {slot: each.over if at in larger else each.up_to for slot, each in words.items()}
            each = [says[slot].format(limit=language.number(limit)) for slot, limit in limits[at].items()]
            tier = self.playbook.tier(rule.tier_at(at))
            yield rule.would_change.format(
                change=language.either(each) if at in larger else language.listed(each),
                tier=tier.name,
                price=language.price_of(tier.monthly_price_usd),
            )
