"""In every language of the playbook the proposal says what the visitor's own goal wins, and from what."""

import pytest

from tests.support.visitors import VISITORS, Visitor
from tests.unit.languages.talks import PLAYBOOK, talk


@pytest.mark.parametrize("visitor", VISITORS, ids=lambda visitor: visitor.language)
def test_a_goal_in_the_visitors_language_tells_the_hours_that_are_won(visitor: Visitor) -> None:
    told = talk(*visitor.lines)

    proposal = told.conversation.proposal
    assert proposal is not None
    assert (proposal.hours_now_per_week, proposal.hours_saved_per_week) == (25, 20)
    said = PLAYBOOK.spoken_in(visitor.language).lines.proposal.hours_saved
    assert any(said.format(saved=20, hours=25, target=5) in reply for reply in told.replies)
