"""What a message is read against: what was said, asked and offered, and what is known."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol
from uuid import UUID

from contracts.text import CleanText
from contracts.values import Profile, Proposal, Value
from playbook.reading.meaning import NUMBER_SLOTS, Intent, SlotUpdate, Understanding
from playbook.remembering import once_for_each


class Message(Value):
    """What the visitor wrote in one turn."""

    turn_id: UUID
    text: CleanText


class Utterance(Value):
    """One message of the conversation; a visitor's has the id of its turn, a person's of ours their name."""

    role: Literal["visitor", "bot"]
    text: CleanText
    turn_id: UUID | None = None
    person: CleanText | None = None


class QuickReply(Value):
    """An answer the visitor may pick: its label, and what it means when it is picked.

    `is_named` says that the reply names it, so that its place in the list or a part of it picks it.
    """

    label: CleanText
    means: Understanding
    is_named: bool = False


class Talk(Protocol):
    """All that a reader knows of a conversation."""

    @property
    def profile(self) -> Profile:
        """What is known of the visitor."""

    @property
    def open_question(self) -> str | None:
        """The slot the last reply asked for."""

    @property
    def has_open_line(self) -> bool:
        """Whether the next message is the value of the open question, as it is written."""

    @property
    def asked(self) -> Mapping[str, int]:
        """How often each slot was asked for."""

    @property
    def quick_replies(self) -> tuple[QuickReply, ...]:
        """What was offered with the last reply."""

    @property
    def history(self) -> tuple[Utterance, ...]:
        """What was said, the newest last."""

    @property
    def visitor_messages(self) -> tuple[Message, ...]:
        """What the visitor wrote, the newest last."""

    @property
    def proposal(self) -> Proposal | None:
        """The proposal that was shown."""

    @property
    def booking_url(self) -> str | None:
        """The booking link that was given."""

    @property
    def is_introduced(self) -> bool:
        """Whether anything was said to the visitor."""


def numbers_offered(talk: Talk) -> tuple[SlotUpdate, ...]:
    """The numbers that the last reply asked about."""
    named = [reply.means.updates for reply in talk.quick_replies if reply.is_named]
    return tuple(update for updates in named for update in updates if update.slot in NUMBER_SLOTS)


# A turn asks for them again and again.
@once_for_each
def messages_in(history: tuple[Utterance, ...]) -> tuple[Message, ...]:
    """What the visitor wrote of this, the newest last."""
    return tuple(Message(turn_id=one.turn_id, text=one.text) for one in history if one.turn_id is not None)


def numbered_tasks(names: Sequence[str]) -> tuple[QuickReply, ...]:
    """Tasks that stand numbered in what was said, each to be picked in whatever words; see `picked`."""
    updates = (SlotUpdate(slot="task", values=(name,), quote="") for name in names)
    meanings = [Understanding(intents=(Intent.ANSWER,), updates=(update,)) for update in updates]
    return tuple(
        QuickReply(label=name, means=means, is_named=True)
        for name, means in zip(names, meanings, strict=True)
    )
