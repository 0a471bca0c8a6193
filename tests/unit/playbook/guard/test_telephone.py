"""A telephone number in a reply: the visitor's own may be said back, no other."""

import pytest

from contracts.values import Profile, Slot
from playbook.guard import AllowedClaims, GuardedReply
from tests.support.playbooks import SHIPPED
from tests.unit.playbook.guard.scene import CARRIED, TURN


@pytest.mark.parametrize(
    ("reply", "is_shown"),
    [
        ("0117 496 0123 is noted.", True),
        ("Your number, 0117 496 0123, and your wish are with our sales team.", True),
        ("You can ring 0117 496 0124.", False),
    ],
)
def test_only_the_visitors_own_number_is_said_back(reply: str, *, is_shown: bool) -> None:
    phone = Slot[str](value="0117 496 0123", words="0117 496 0123", turn_id=TURN)
    allowed = AllowedClaims.of(SHIPPED, Profile(contact_phone=phone), ("Ring me: 0117 496 0123",))
    guard = GuardedReply(allowed)

    guard.add(reply)
    guard.finish()
    guard.settle([CARRIED] * len(guard.ask()))

    assert (guard.text == reply) is is_shown
