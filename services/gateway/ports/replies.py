"""Replies as they are written, and conversations as they go on."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from contracts.reply_stream import Frame
from services.gateway.domain import ConversationUpdate, Position


class ReplyReading(Protocol):
    """One reader of one turn's reply, listening since it exists."""

    async def catch_up(self) -> bool:
        """Queue what is already written beyond the reader's position; False when nothing at all is written.

        Raises:
            TransientError: what is written cannot be read now.
        """
        ...

    def start_over(self) -> None:
        """Have the reader forget what it has, and go back to the beginning."""
        ...

    async def next(self, timeout_s: float) -> Sequence[Frame]:
        """The frames that are new, in order and each once; empty after `timeout_s` or once abandoned."""
        ...

    def abandon(self) -> None:
        """Wake the reader that waits in `next`, because the client is gone."""
        ...

    def close(self) -> None:
        """Stop listening. Safe to call twice."""
        ...


class Replies(Protocol):
    """The reply streams."""

    async def listen(
        self, conversation_id: UUID, turn_id: UUID, after: Position, *, only_the_end: bool
    ) -> ReplyReading:
        """Follow a turn's reply; no frame published after this returns is missed.

        Where the reply cannot be followed while it is written, it comes whole, within about two seconds of
        being stored. With `only_the_end` a reader is spared the frames before the final one, as far as that
        is easy.
        """
        ...


class ConversationReading(Protocol):
    """One follower of a conversation."""

    @property
    def is_over(self) -> bool:
        """Nothing follows: the follower is gone, the conversation was erased, or the process ends."""
        ...

    async def next(self, timeout_s: float) -> Sequence[ConversationUpdate]:
        """What is new, in order; empty after `timeout_s` or when it is over."""
        ...

    def abandon(self) -> None:
        """Wake the follower that waits in `next`, because the client is gone."""
        ...

    def close(self) -> None:
        """Stop following. Safe to call twice."""
        ...


class ConversationEvents(Protocol):
    """What happens in conversations, whoever caused it: replies, late results, bookings, an erasure."""

    async def follow(
        self, conversation_id: UUID, after_sequence: int, *, is_visitor: bool
    ) -> ConversationReading:
        """Follow a conversation from behind a reply on; nothing that is stored later is missed.

        Messages of visitors come as well. They have no sequence, so they come again to a follower who comes
        back before they are answered.
        """
        ...
