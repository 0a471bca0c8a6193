"""The order in which dead letters are replayed, and when a replay would overtake an older letter."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence

from chassis.errors import PermanentError
from chassis.kafka.letter import Address, Letter


class OlderLettersWait(PermanentError):
    """An older dead letter of the same key would be overtaken."""

    def __init__(self, older: Sequence[Letter]) -> None:
        super().__init__("an older dead letter of the same key waits: " + ", ".join(str(x.id) for x in older))
        self.older = tuple(older)


def in_order(letters: Iterable[Letter]) -> list[list[Letter]]:
    """Letters of the same origin together, in the order in which their records were first published.

    Within a partition that is the order of offsets. Between topics only the time of parking is known.
    """
    by_origin: dict[Address, list[Letter]] = defaultdict(list)
    for letter in sorted(letters, key=lambda letter: letter.parked_at):
        if letter.origin is not None:
            by_origin[letter.origin].append(letter)
    queues: dict[tuple[str, int], list[list[Letter]]] = defaultdict(list)
    for together in by_origin.values():
        queues[_home(together)].append(together)
    sorted_queues = {home: deque(sorted(queue, key=_offset)) for home, queue in queues.items()}
    return [sorted_queues[_home(together)].popleft() for together in by_origin.values()]


def plan_replay(
    letters: Sequence[Letter], chosen: Iterable[Address], *, overtake: bool
) -> list[list[Letter]]:
    """The open letters to replay, in order; letters of one origin are replayed by one record.

    Raises:
        OlderLettersWait: a letter that was not chosen would be overtaken by one of its key.
    """
    wanted = set(chosen)
    plan: list[list[Letter]] = []
    waiting: dict[bytes, list[Letter]] = defaultdict(list)
    overtaken: dict[Address, Letter] = {}
    for together in in_order(letter for letter in letters if letter.settlement is None):
        key = together[0].key
        if wanted.isdisjoint(letter.id for letter in together):
            if key is not None:
                waiting[key].append(together[0])
            continue
        plan.append(together)
        if key is not None:
            overtaken |= {older.id: older for older in waiting[key]}
    if overtaken and not overtake:
        raise OlderLettersWait(tuple(overtaken.values()))
    return plan


def _home(together: Sequence[Letter]) -> tuple[str, int]:
    first = together[0].first_origin
    assert first is not None
    return first.topic, first.partition


def _offset(together: Sequence[Letter]) -> int:
    first = together[0].first_origin
    assert first is not None
    return first.offset
