"""Of a message that no fact answers, the question alone is kept for the sales team."""

import pytest

from playbook.reading.asked import unanswered_in
from playbook.reading.talk import Message
from tests.unit.dialogue.guided_talk import CONVERSATION, PLAYBOOK, up_to_the_proposal


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("Take it out, I do that. The memos are Bavarian. Does it follow that?", "Does it follow that?"),
        ("What does Starter cost? Who sings at your office?", "Who sings at your office?"),
        ("I am Dr. Vega. Who is Dr. Lee? Who sings?", "Who is Dr. Lee?\nWho sings?"),
        ("Fine. Can it sing?? I doubt it", "Can it sing??"),
        ("who would be on that video thing", "who would be on that video thing"),
    ],
)  # fmt: skip
def test_the_sentence_of_a_question_is_kept_alone(message: str, kept: str) -> None:
    asked = Message(turn_id=CONVERSATION, text=message)

    assert unanswered_in((asked,), up_to_the_proposal().conversation, PLAYBOOK) == kept
