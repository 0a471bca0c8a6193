"""Who speaks in a conversation: the assistant, or a person who took over. Pure transitions.

A take-over has a fence; the highest one that was ever seen counts. Whatever comes with another fence is of a
take-over that is over, or not known here yet, and changes nothing.
"""

from uuid import UUID

from playbook.reading.talk import Message, Utterance
from services.dialogue.domain.conversation import Conversation, SpeakingPerson, with_person_message


def taken_over(conversation: Conversation, fence: int, person: SpeakingPerson) -> Conversation | None:
    """The conversation after a person took over, None if that is known, or another took over since.

    What was awaited is not shown any more; the turns that wait for it wait for the person.
    """
    if fence <= conversation.last_fence:
        return None
    waiting = conversation.awaiting
    if waiting is not None:
        conversation = leaving_open(conversation, waiting.turn_ids)
        waiting = waiting.model_copy(update={"turn_ids": ()})
    return conversation.model_copy(
        update={"last_fence": fence, "person": person, "awaiting": waiting, "quick_replies": ()}
    )


def is_speaking(conversation: Conversation, fence: int) -> bool:
    """Whether the person of this take-over speaks."""
    return conversation.person is not None and conversation.last_fence == fence


def leaving_open(conversation: Conversation, turn_ids: tuple[UUID, ...]) -> Conversation:
    """The conversation with these turns open, for the person to answer."""
    open_ids = dict.fromkeys((*conversation.open_turn_ids, *turn_ids))
    return conversation.model_copy(update={"open_turn_ids": tuple(open_ids)})


def answered_by_person(conversation: Conversation, text: str) -> Conversation:
    """The conversation after the person said this, to all that was open."""
    assert conversation.person is not None
    return with_person_message(conversation, text, conversation.person.name)


def handed_back(conversation: Conversation) -> Conversation:
    """The conversation in which the assistant speaks again; what the history has lost stays unanswered."""
    kept = {line.turn_id for line in conversation.history}
    open_ids = tuple(turn_id for turn_id in conversation.open_turn_ids if turn_id in kept)
    return conversation.model_copy(update={"person": None, "open_turn_ids": open_ids})


def reopened(conversation: Conversation) -> tuple[Conversation, tuple[Message, ...]]:
    """The conversation with what nobody answered as its newest messages, in their order; and these."""
    is_open = set(conversation.open_turn_ids)
    open_lines = [line for line in conversation.history if line.turn_id in is_open]
    others = [line for line in conversation.history if line.turn_id not in is_open]
    history: tuple[Utterance, ...] = (*others, *open_lines)
    messages = tuple(Message(turn_id=line.turn_id, text=line.text) for line in open_lines if line.turn_id)
    return conversation.model_copy(update={"history": history, "open_turn_ids": ()}), messages
