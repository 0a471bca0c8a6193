"""Whatever people do in whatever order, one of them speaks, or the assistant does."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from playbook.reading.talk import Message
from services.dialogue.domain.conversation import Conversation, SpeakingPerson, with_messages, with_reply
from services.dialogue.domain.takeover import (
    answered_by_person,
    handed_back,
    is_speaking,
    leaving_open,
    reopened,
    taken_over,
)
from tests.unit.dialogue.builders import CONVERSATION

NOW = datetime(2026, 3, 2, tzinfo=UTC)
FENCES = st.integers(min_value=1, max_value=4)
STEPS = st.lists(st.tuples(st.sampled_from(["claim", "speak", "hand back", "visitor"]), FENCES), max_size=40)


class Talk:
    """A conversation, and who ought to speak by a reckoning as simple as can be."""

    def __init__(self) -> None:
        self.conversation = Conversation.open(CONVERSATION, "api")
        self.highest = 0
        self.speaker: int | None = None
        self.open: list[UUID] = []
        self.turns = 0

    def claim(self, fence: int) -> None:
        after = taken_over(self.conversation, fence, SpeakingPerson(name=str(fence), looked_after_at=NOW))
        assert (after is None) == (fence <= self.highest)
        if after is not None:
            self.conversation, self.highest, self.speaker = after, fence, fence

    def speak(self, fence: int) -> None:
        assert is_speaking(self.conversation, fence) == (self.speaker == fence)
        if self.speaker == fence:
            self.conversation = answered_by_person(self.conversation, f"words of {fence}")
            self.open.clear()

    def hand_back(self, fence: int) -> None:
        if is_speaking(self.conversation, fence):
            self.conversation = handed_back(self.conversation)
            self.speaker = None

    def visitor(self, _fence: int) -> None:
        self.turns += 1
        message = Message(turn_id=uuid5(CONVERSATION, str(self.turns)), text=f"message {self.turns}")
        self.conversation = with_messages(self.conversation, (message,))
        if self.speaker is not None:
            self.conversation = leaving_open(self.conversation, (message.turn_id,))
            self.open.append(message.turn_id)
            return
        before, asked = reopened(leaving_open(self.conversation, (message.turn_id,)))
        assert [each.turn_id for each in asked] == [*self.open, message.turn_id]
        assert before.unanswered == asked
        self.conversation = with_reply(before, "a reply of ours")
        self.open.clear()


@given(STEPS)
def test_there_is_one_speaker_and_nobody_is_left_unanswered(steps: list[tuple[str, int]]) -> None:
    talk = Talk()
    for what, fence in steps:
        getattr(talk, what.replace(" ", "_"))(fence)

        person = talk.conversation.person
        assert (person.name if person else None) == (str(talk.speaker) if talk.speaker else None)
        assert talk.conversation.last_fence == talk.highest
        assert list(talk.conversation.open_turn_ids) == talk.open
        assert talk.conversation == Conversation.model_validate_json(talk.conversation.model_dump_json())
