"""What the agent is to do is a wish for the proposal, not a step of how the work goes today."""

import pytest

from playbook.reading.meaning import Intent, Operation
from services.dialogue.domain.stage_machine import ActionKind
from services.dialogue.domain.turn import decide_turn
from tests.support.playbooks import SHIPPED
from tests.unit.dialogue.builders import FULL, an_update, meaning, proposed

WISH = "it should text them a day before"


@pytest.mark.parametrize("operation", [Operation.SET, Operation.ADD, Operation.REPLACE])
def test_a_step_that_is_wished_for_leaves_the_steps_of_today_alone(operation: Operation) -> None:
    conversation = proposed(WISH)
    update = an_update("steps", WISH, quote=WISH, operation=operation)
    wish = meaning(Intent.WANT_CHANGE, updates=(update,), change_wish=WISH)

    turn = decide_turn(conversation, conversation.visitor_messages[-1:], wish, SHIPPED)

    assert turn.conversation.profile.steps == FULL.steps
    assert (turn.action.kind, turn.conversation.change_wish) == (ActionKind.REDRAFT, WISH)


def test_steps_that_are_put_right_are_stored() -> None:
    said = "no, today we read, sort, answer"
    conversation = proposed(said)
    update = an_update("steps", "read", "sort", "answer", quote=said)
    right = meaning(Intent.CORRECT, Intent.WANT_CHANGE, updates=(update,), change_wish=said)

    turn = decide_turn(conversation, conversation.visitor_messages[-1:], right, SHIPPED)

    assert turn.conversation.profile.steps is not None
    assert turn.conversation.profile.steps.value == ("read", "sort", "answer")
