"""Whatever is said in any of the languages, in whatever order: the promises of a conversation hold."""

import re

from hypothesis import given
from hypothesis import strategies as st

from services.dialogue.domain import Conversation
from tests.support.visitors import VISITORS
from tests.unit.languages.talks import PLAYBOOK, Talk
from tests.unit.languages.test_other_conversations import OTHERS

LINES = sorted({line for visitor in (*VISITORS, *OTHERS) for line in visitor.lines})
WORDS = sorted({word for line in LINES for word in line.split()})
MESSAGES = st.one_of(
    st.sampled_from(LINES),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=20).map(" ".join),
    st.text(min_size=1, max_size=80),
)
PRICES = {
    playbook.language.price_of(tier.monthly_price_usd)
    for playbook in (PLAYBOOK, *PLAYBOOK.languages.values())
    for tier in playbook.catalogue
}
AMOUNT = re.compile(r"US\$ [\d.]+|\$[\d,.]*\d|\d[\d.\u00a0]*[ \u00a0]\$")


@given(st.lists(MESSAGES, min_size=1, max_size=12))
def test_whatever_is_said_the_promises_hold(messages: list[str]) -> None:
    held = Talk()
    for message in messages:
        stage_before = held.conversation.stage
        held.say(message)

        assert held.reply.strip()
        assert held.conversation.stage.position >= stage_before.position

    said = " ".join(messages)
    if "$" not in said:
        assert set(AMOUNT.findall(" ".join(held.replies))) <= PRICES
    stored = held.conversation.model_dump_json(exclude_defaults=True)
    assert Conversation.model_validate_json(stored) == held.conversation
