"""A shelf in memory, and the editions of tests that have one playbook."""

from collections.abc import Mapping
from uuid import UUID

from playbook import Editions, Playbook
from services.dialogue.domain.changes import Change
from services.dialogue.domain.conversation import Conversation
from services.dialogue.ports import Edition
from tests.support.playbooks import SHIPPED


class FakeShelf:
    """Keeps texts by their digests."""

    def __init__(self) -> None:
        self.contents: dict[str, str] = {}

    async def keep(self, contents: Mapping[str, str]) -> None:
        self.contents = {**contents, **self.contents}

    async def find(self, digest: str) -> str | None:
        return self.contents.get(digest)


def editions_of(playbook: Playbook = SHIPPED) -> Editions:
    """Editions of which this one is in use, and no other is known."""
    return Editions(playbook, FakeShelf())


class OneEdition:
    """Tells every conversation by the same edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.changes: list[Change] = []

    async def edition_of(self, conversation_id: UUID, begun: Conversation | None) -> Edition:
        return self.edition

    def count(self, change: Change) -> None:
        self.changes.append(change)
