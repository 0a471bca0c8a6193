"""What is offered: the proposal, the catalogue, and the rule that picks a tier of it."""

import math
from collections.abc import Iterable, Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from contracts.values import Profile
from playbook.lexicon import Phrases
from playbook.nameless import Nameless
from playbook.section import (
    Alternatives,
    NonEmpty,
    Section,
    placeholders,
    refuse_unknown_placeholders,
)

CountedSlot = Literal["team_size", "time_wasters", "tools", "hours_per_week"]
Counts = Mapping[CountedSlot, float]


class Tier(Section):
    """One partnership tier of the catalogue; without a number it has any number of agents or integrations."""

    key: NonEmpty
    name: NonEmpty
    monthly_price_usd: int = Field(ge=0)
    agents: int | None = Field(default=None, ge=1)
    integrations: int | None = Field(default=None, ge=0)
    includes: tuple[NonEmpty, ...]


class Condition(Section):
    """True when the slot's number (or the length of its list) is over the limit.

    `says` may use `{value}` (the number), `{items}` (the visitor's list) and `{limit}`.
    """

    slot: CountedSlot
    over: float
    says: NonEmpty

    @model_validator(mode="after")
    def _placeholders_exist(self) -> Self:
        refuse_unknown_placeholders(self.says, frozenset({"value", "items", "limit"}))
        return self


class SlotWords(Section):
    """How the tier rule speaks of a counted slot.

    `name` completes "I do not know ..."; `known`, where there is one, may use `{value}` and `{items}`; `over`
    and `up_to` complete "with ..." and may use `{limit}`.
    """

    name: NonEmpty
    known: NonEmpty | None = None
    over: NonEmpty
    up_to: NonEmpty

    @model_validator(mode="after")
    def _placeholders_exist(self) -> Self:
        refuse_unknown_placeholders(self.known or "", frozenset({"value", "items"}))
        refuse_unknown_placeholders(self.over, frozenset({"limit"}))
        refuse_unknown_placeholders(self.up_to, frozenset({"limit"}))
        return self


class TierRule(Section):
    """The first tier any of whose conditions holds is recommended; `otherwise` if none does.

    An unknown slot fulfils no condition. `unknown_says` tells why this tier is where to start while
    `{unknown}` is not known, and `range_says` what was given as a range that several tiers fit;
    `would_change` tells what leads to another tier, with `{change}`, `{tier}` and `{price}`.
    `more_tools_says`, one sentence, is said where the visitor has more tools than `{tier}` connects
    (`{included}`): `{first}` come first, and with the `{rest}` it takes the tier `{larger}` at `{price}`.
    `unsure_says` is said of a task most of which has to be looked at first.
    """

    class Case(Section):
        """A tier and what leads to it."""

        tier: NonEmpty
        when_any: tuple[Condition, ...] = Field(min_length=1)

    cases: tuple[Case, ...]
    otherwise: NonEmpty
    otherwise_says: NonEmpty
    unknown_says: NonEmpty
    range_says: NonEmpty
    more_tools_says: NonEmpty
    unsure_says: NonEmpty
    would_change: NonEmpty
    words: dict[CountedSlot, SlotWords]

    @model_validator(mode="after")
    def _every_slot_has_words(self) -> Self:
        refuse_unknown_placeholders(self.unknown_says, frozenset({"unknown"}))
        refuse_unknown_placeholders(self.range_says, frozenset({"unknown"}))
        refuse_unknown_placeholders(
            self.more_tools_says, frozenset({"tier", "included", "first", "rest", "larger", "price"})
        )
        refuse_unknown_placeholders(self.would_change, frozenset({"change", "tier", "price"}))
        used = {condition.slot for case in self.cases for condition in case.when_any}
        if missing := used - set(self.words):
            raise ValueError(f"words lack {', '.join(sorted(missing))}, which the cases use")
        return self

    def counts(self, profile: Profile) -> Counts:
        """The number of each slot the rule knows and the visitor told."""
        told = {slot: getattr(profile, slot).value for slot in self.words if getattr(profile, slot)}
        return {slot: len(value) if isinstance(value, tuple) else value for slot, value in told.items()}

    def holding(self, position: int, counts: Counts) -> list[Condition]:
        """The conditions of a case that hold."""
        return [each for each in self.cases[position].when_any if counts.get(each.slot, 0) > each.over]

    def position(self, counts: Counts) -> int:
        """The first case that holds; the number of cases stands for `otherwise`."""
        last = len(self.cases)
        return next((position for position in range(last) if self.holding(position, counts)), last)

    def tier_at(self, position: int) -> str:
        """The key of the tier of a case, or of `otherwise`."""
        return self.cases[position].tier if position < len(self.cases) else self.otherwise

    def limits_to(self, other: int, counts: Counts) -> Counts:
        """Over which limits another case would hold, or within which; none where none leads there."""
        if other < self.position(counts):
            ways = [
                (each, {**counts, each.slot: math.nextafter(each.over, math.inf)})
                for each in self.cases[other].when_any
            ]
            return _lowest(each for each, over in ways if self.position(over) == other)
        limits = _lowest(each for at in range(other) for each in self.holding(at, counts))
        return limits if self.position({**counts, **limits}) == other else {}


def _lowest(conditions: Iterable[Condition]) -> Counts:
    limits = dict[CountedSlot, float]()
    for condition in conditions:
        limits[condition.slot] = min(condition.over, limits.get(condition.slot, math.inf))
    return limits


class LookAtFirst(Section):
    """What is looked at together before it is promised, as the facts of the playbook say in sentences.

    A text that holds one of the `words` of a group speaks of what the group `name` says, unless it holds them
    only inside `but_not`. So is every tool looked at first that holds none of `works_with`, the programs an
    agent works with today. Those of them that are only `files` need no integration.
    """

    class Group(Section):
        """One such thing: its name in a list, and the words it is recognised by."""

        name: NonEmpty
        words: Phrases

    groups: tuple[Group, ...] = Field(min_length=1)
    but_not: Phrases = Phrases(())
    works_with: Phrases
    files: Phrases = Phrases(())


class TaskKind(Section):
    """A kind of office task: its `name` within a sentence, and what an agent `does` for it.

    A text that holds one of `words` speaks of it. One that `gives_way` is a part of many tasks: it is meant
    only where no other is, or several are.
    """

    key: NonEmpty
    gives_way: bool = False
    name: NonEmpty
    words: Phrases
    does: tuple[NonEmpty, ...] = Field(min_length=1)


class ProposalScript(Section):
    """The fixed words of a proposal; `{slot}` names are filled from the profile.

    Of alternatives the first whose slots are all known is said; `{task}` is the kind of the task where it is
    recognised. Of `agent_name` and of the first group of `summary` the last alternative needs no slot, so
    that there is always something to say. `default_does` is said of a task of no known kind.

    `nameless` stands for the name of a person. `beyond_tier` marks a `{step}` that needs a program beyond the
    tier with the `{tier}` that has room.
    A number in one of `targets` is what the visitor aims at, and one in `savings` what they want to save,
    where it counts hours a week. A sentence that holds one of `no_wish` is a complaint; `terms_says` answers
    a wish for a price or a promise, and `left_out_says` one whose line may not be shown. By one of `leaves`
    a step leaves a part of the work to people, and by one of `comes_first` a wish says what does.
    """

    agent_name: Alternatives
    summary: tuple[Alternatives, ...] = Field(min_length=1)
    default_does: tuple[NonEmpty, ...] = Field(min_length=1)
    always_does: tuple[NonEmpty, ...]
    beyond_tier: NonEmpty
    nameless: Nameless
    look_at_first: LookAtFirst
    targets: Phrases
    savings: Phrases = Phrases(())
    no_wish: Phrases
    terms_says: NonEmpty
    left_out_says: NonEmpty
    leaves: Phrases
    comes_first: Phrases
    delivery: NonEmpty

    @model_validator(mode="after")
    def _can_always_be_said(self) -> Self:
        slots = frozenset(Profile.model_fields)
        for template in (*self.agent_name, *(text for group in self.summary for text in group)):
            refuse_unknown_placeholders(template, slots)
        for last in (self.agent_name[-1], self.summary[0][-1]):
            if placeholders(last):
                raise ValueError(f"{last!r} is a last resort and cannot need a slot")
        if placeholders(self.beyond_tier) != {"step", "tier"}:
            raise ValueError(f"{self.beyond_tier!r} must hold {{step}} and {{tier}}")
        return self
