"""The dead letters that a command selects."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.kafka.letter import Address, Letter
from contracts.registry import DEAD_LETTER_SUFFIX
from devstack.errors import DeadLetterRefused


@dataclass(frozen=True, slots=True)
class Selection:
    """Letters with one of these ids, where there are ids, that pass every filter that is set."""

    ids: tuple[str, ...] = ()
    topic: str | None = None
    conversation: str | None = None
    reason: str | None = None
    group: str | None = None

    def named(self, letters: Sequence[Letter]) -> list[Letter]:
        """The letters whose ids are given; raises DeadLetterRefused for an unknown id."""
        return find(letters, self.ids)

    def open_among(self, letters: Sequence[Letter]) -> list[Letter]:
        """The selected letters that are neither replayed nor dropped."""
        candidates = self.named(letters) if self.ids else letters
        return [letter for letter in candidates if letter.settlement is None and self._takes(letter)]

    def _takes(self, letter: Letter) -> bool:
        return (
            self.topic in {None, letter.id.topic, letter.id.topic.removesuffix(DEAD_LETTER_SUFFIX)}
            and self.conversation in {None, letter.subject}
            and self.reason in {None, letter.reason}
            and self.group in {None, letter.group}
        )


def find(letters: Sequence[Letter], ids: Sequence[str]) -> list[Letter]:
    """The letters with these ids, each once.

    Raises:
        DeadLetterRefused: there is no such letter.
        InvalidAddress: an id cannot be read.
    """
    by_id = {letter.id: letter for letter in letters}
    wanted = dict.fromkeys(Address.parse(text) for text in ids)
    unknown = [str(address) for address in wanted if address not in by_id]
    if unknown:
        raise DeadLetterRefused(f"there is no dead letter {', '.join(unknown)}; see `salesbot dlq list`")
    return [by_id[address] for address in wanted]
