"""What is made of played conversations: a score for each, and a summary of all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evals.player import Played
from evals.slots import SlotScore, score_slots, total
from evals.violations import violations
from playbook import Playbook
from playbook.reading.meaning import NUMBER_SLOTS

# What a model may cost in a conversation of so many turns; a longer one may cost more in proportion.
MOST_COST_USD = 0.10
COSTED_TURNS = 12


@dataclass(frozen=True, slots=True)
class Score:
    """One persona's conversation, judged."""

    played: Played
    slots: Mapping[str, SlotScore]
    violations: tuple[str, ...]

    @property
    def all_slots(self) -> SlotScore:
        """Every slot of the persona together."""
        return total(self.slots.values())

    @property
    def tier_is_right(self) -> bool | None:
        """Whether the tier is the one the rule gives; None where its inputs were not said."""
        wanted = self.played.persona.tier
        if wanted is None:
            return None
        tier = self.played.outcome.tier
        return tier is not None and tier.tier == wanted

    @property
    def ended_well(self) -> bool:
        """Whether who wants a demo has the link, and who does not was led no further than where they left.

        Who asks for a person and goes no further has what they wanted.
        """
        persona = self.played.persona
        if persona.wants_demo:
            return self.played.turns_to_link is not None or self.played.exchanges[-1].hands_over
        reached = self.played.exchanges[-1].reply.stage
        return self.played.turns_to_link is None and reached.position <= persona.ends.position

    @property
    def took_too_long(self) -> bool:
        """Whether a cooperative visitor had to say more than is fair."""
        persona = self.played.persona
        return persona.cooperative and len(self.played.exchanges) > persona.most_turns

    @property
    def cost_too_much(self) -> bool:
        """Whether a model took more for the conversation than one of its length is worth."""
        cost = self.played.outcome.cost_usd
        lengths = max(len(self.played.exchanges) / COSTED_TURNS, 1)
        return cost is not None and cost >= MOST_COST_USD * lengths


@dataclass(frozen=True, slots=True)
class Summary:
    """All conversations of a run together."""

    scores: Sequence[Score]

    @property
    def slots(self) -> SlotScore:
        """Every slot of every persona."""
        return total(slot for score in self.scores for slot in score.slots.values())

    @property
    def by_slot(self) -> dict[str, SlotScore]:
        """Each slot over all personas."""
        names = dict.fromkeys(name for score in self.scores for name in score.slots)
        return {
            name: total(score.slots[name] for score in self.scores if name in score.slots) for name in names
        }

    @property
    def wrong_numbers(self) -> tuple[str, ...]:
        """The team sizes and hours that were stored and are not right; a wrong number is worse than none."""
        return tuple(
            text for slot, score in self.by_slot.items() if slot in NUMBER_SLOTS for text in score.wrong
        )

    @property
    def tier_accuracy(self) -> float:
        """The share of right tiers among those whose inputs were said."""
        return _share_of(self.scores, lambda score: score.tier_is_right)

    @property
    def ended_well(self) -> float:
        """The share of conversations that ended where they should."""
        return _share_of(self.scores, lambda score: score.ended_well)

    @property
    def cost_usd(self) -> float | None:
        """What all conversations cost together; None when it is unknown of one."""
        costs = [score.played.outcome.cost_usd for score in self.scores]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None

    @property
    def cost_of_each_usd(self) -> float | None:
        """What a conversation cost on average; None when it is unknown."""
        whole = self.cost_usd
        return whole and whole / len(self.scores)


def judge(played: Played, playbook: Playbook) -> Score:
    """Score one conversation."""
    slots = score_slots(played)
    return Score(played, slots, tuple(violations(played, playbook)))


def _share_of(scores: Sequence[Score], holds: Callable[[Score], bool | None]) -> float:
    judged = [held for score in scores if (held := holds(score)) is not None]
    return sum(judged) / len(judged) if judged else 1.0
