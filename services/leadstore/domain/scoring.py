"""How much a lead is worth that somebody calls: the playbook's rule, and the words behind each point."""

from collections.abc import Iterator
from typing import Any

from contracts.values import LeadStatus, Profile, Score, ScoreReason, Slot
from playbook import Points, ScoreRule
from playbook.score import Sign
from services.leadstore.domain.conversation import Conversation


def score_of(conversation: Conversation, rule: ScoreRule | None) -> Score | None:
    """The score of a lead with its reasons; None without a rule."""
    if rule is None:
        return None
    reasons = tuple(_reasons(conversation, rule))
    points = min(100, max(0, sum(reason.points for reason in reasons)))
    return Score(points=points, is_qualified=points >= rule.qualified_from, reasons=reasons)


def _reasons(conversation: Conversation, rule: ScoreRule) -> Iterator[ScoreReason]:
    signs = _signs(conversation)
    for earned in rule.points:
        if earned.sign is not None:
            if earned.sign in signs:
                yield ScoreReason(points=earned.points, says=earned.says)
        elif slot := _holding(earned, conversation.profile):
            yield ScoreReason(
                points=earned.points,
                says=earned.says,
                slot=earned.slot,
                quote=slot.words,
                turn_id=slot.turn_id,
            )


def _holding(earned: Points, profile: Profile) -> Slot[Any] | None:
    """The slot that earns the points. Of a range the lower end counts, as it does for the tier."""
    slot: Slot[Any] | None = getattr(profile, str(earned.slot))
    if slot is None or earned.over is None:
        return slot
    number = len(slot.value) if isinstance(slot.value, tuple) else slot.value
    return slot if number > earned.over else None


def _signs(conversation: Conversation) -> frozenset[Sign]:
    wishes = conversation.wishes
    shown: dict[Sign, bool] = {
        "link_sent": conversation.link_sent_at is not None,
        "booked": conversation.status is LeadStatus.BOOKED,
        "chosen_tier": wishes.chosen_tier is not None,
        "wants_person": wishes.person_wanted_at is not None,
        "closed": conversation.closed is not None,
    }
    return frozenset(sign for sign, holds in shown.items() if holds)
