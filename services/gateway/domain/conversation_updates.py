"""What somebody who follows a conversation has been told, and what of a change is new to them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from contracts.conversation_changes import (
    ConversationChange,
    FollowedConversation,
    Speaker,
    TranscriptMessage,
    behind_sequence,
)
from contracts.values import LeadStatus

UpdateKind = Literal["message", "speaker", "booking", "erased"]


@dataclass(frozen=True, slots=True)
class ConversationUpdate:
    """One event for a follower. `data` is JSON; `sequence` is where to go on, None where it stays."""

    kind: UpdateKind
    data: str
    sequence: int | None = None


class Followed:
    """One follower's place in a conversation: the version and the replies that were passed on.

    A message without a sequence is passed on once as long as the follower stays, and again to one who comes
    back before a reply stands behind it. Who is the visitor is not told what only the sales team may know.
    """

    def __init__(self, conversation_id: UUID, after_sequence: int, *, is_visitor: bool) -> None:
        self._is_visitor = is_visitor
        self.conversation_id = conversation_id
        self.is_over = False
        """The conversation was erased: nothing follows."""
        self._version = 0
        self._sequence = after_sequence
        self._unnumbered: set[UUID] = set()
        self._booking: str | None = None
        self._speaker = Speaker()

    @property
    def place(self) -> FollowedConversation:
        """What leadstore is asked with."""
        return FollowedConversation(
            conversation_id=self.conversation_id, version=self._version, after_sequence=self._sequence
        )

    def updates_in(self, change: ConversationChange) -> list[ConversationUpdate]:
        """What is new to the follower, whose place moves on. With `has_more` it is to be asked again."""
        if change.is_erased:
            self.is_over = True
            return [ConversationUpdate("erased", "{}")]
        # Where more is to come, the version must not count as known yet.
        self._version = 0 if change.has_more else change.version
        new = behind_sequence(change.messages, self._sequence)
        return [*self._messages(new), *self._states(change)]

    def _messages(self, messages: tuple[TranscriptMessage, ...]) -> Iterator[ConversationUpdate]:
        known, self._unnumbered = self._unnumbered, set()
        for message in messages:
            if message.sequence is None:
                self._unnumbered.add(message.id)
            else:
                self._sequence = message.sequence
                self._unnumbered.clear()
            if message.id not in known:
                yield ConversationUpdate("message", message.model_dump_json(), message.sequence)

    def _states(self, change: ConversationChange) -> Iterator[ConversationUpdate]:
        if change.speaker != self._speaker:
            self._speaker = change.speaker
            yield ConversationUpdate("speaker", change.speaker.model_dump_json())
        booking = _booking(change, is_visitor=self._is_visitor)
        if booking is not None and booking != self._booking:
            self._booking = booking
            yield ConversationUpdate("booking", booking)


def _booking(change: ConversationChange, *, is_visitor: bool) -> str | None:
    if change.status not in {LeadStatus.BOOKED, LeadStatus.CANCELED}:
        return None
    is_hidden = is_visitor and change.demo_is_private
    starts_at = change.demo_at.isoformat() if change.demo_at and not is_hidden else None
    shown = {"status": change.status.value, "starts_at": starts_at}
    return json.dumps(shown if is_visitor else shown | {"is_missed": change.demo_missed})
