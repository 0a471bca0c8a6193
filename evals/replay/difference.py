"""What is different between a conversation and the same lines led again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.values import Profile, TierRecommendation
from evals.replay.stored import Stored

_LEAST_COST_USD = 0.000_001


@dataclass(frozen=True, slots=True)
class Change:
    """How something was, and how it would be."""

    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class Difference:
    """All that changed in one conversation: stages, slots, tier and price, link, cost."""

    conversation_id: UUID
    turns: int
    changes: Mapping[str, Change]

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        changes = {name: {"before": one.before, "after": one.after} for name, one in self.changes.items()}
        return {"conversation_id": str(self.conversation_id), "turns": self.turns, "changes": changes}


def compare(before: Stored, after: Stored) -> Difference:
    """What changed; nothing is listed that stayed as it was."""
    pairs = {
        "stages": (_path(before), _path(after)),
        "tier": (_tier(before.tier), _tier(after.tier)),
        "price": (_price(before.tier), _price(after.tier)),
        "link shown": (_yes(before.link_shown), _yes(after.link_shown)),
        **{
            f"slot {slot}": (_value(before.profile, slot), _value(after.profile, slot))
            for slot in Profile.model_fields
        },
    }
    if abs(before.cost_usd - after.cost_usd) > _LEAST_COST_USD:
        pairs["cost"] = (f"${before.cost_usd:.4f}", f"${after.cost_usd:.4f}")
    changes = {name: Change(*pair) for name, pair in pairs.items() if pair[0] != pair[1]}
    return Difference(before.conversation_id, len(before.lines), changes)


def _path(stored: Stored) -> str:
    return " ".join(dict.fromkeys(stage.value for stage in stored.stages)) or "-"


def _tier(tier: TierRecommendation | None) -> str:
    return tier.tier if tier else "-"


def _price(tier: TierRecommendation | None) -> str:
    return f"${tier.monthly_price_usd:,}" if tier else "-"


def _yes(fact: bool) -> str:  # noqa: FBT001
    return "yes" if fact else "no"


def _value(profile: Profile, slot: str) -> str:
    told = getattr(profile, slot)
    # A rerun says what the visitor said; no website tells it anything.
    if told is None or told.told_by == "website":
        return "-"
    return ", ".join(told.value) if isinstance(told.value, tuple) else str(told.value)
