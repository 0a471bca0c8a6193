"""Recognises the kind of a task by the words in which it is told."""

from collections import Counter
from collections.abc import Iterable, Mapping

from contracts.values import Slot
from playbook.lexicon import plain
from playbook.offer import TaskKind
from playbook.phrasing import is_plain, phrase
from playbook.whole import Playbook

_FEWEST_OWN_WORDS, _MOST_OWN_WORDS = 5, 9


def kinds_in(text: str, playbook: Playbook) -> tuple[TaskKind, ...]:
    """The kinds that a text speaks of, the most clearly named first."""
    named = _named(text, playbook)
    kinds = [kind for kind in playbook.task_kinds if kind.key in named]
    return tuple(sorted(kinds, key=lambda kind: (kind.gives_way, -named[kind.key])))


def task_kind(texts: Iterable[str], playbook: Playbook) -> TaskKind | None:
    """The one kind that is meant; None where that is not clear.

    The first text names it. Where that names several, the next ones decide between them: what else a visitor
    complains of is often another task.
    """
    left: tuple[TaskKind, ...] = ()
    for place, text in enumerate(texts):
        named = _named(text, playbook)
        among = left if place else playbook.task_kinds
        leading = _leading((kind for kind in among if not kind.gives_way), named)
        if len(leading) != 1:
            # Of those that are a part of many tasks, the one that is listed first.
            leading = _leading((kind for kind in among if kind.gives_way), named)[:1] or leading
        if len(leading) == 1:
            return leading[0]
        left = leading or left
    return None


def is_telling(task: Slot[str] | None) -> bool:
    """Whether a task is told in more words than name its kind."""
    return task is not None and len(task.value.split()) >= _FEWEST_OWN_WORDS


def name_of_task(told: str, kind: TaskKind | None, playbook: Playbook) -> str | None:
    """What the task is called: in the visitor's own words where they are plain, else by its kind.

    A few words name no more than the kind does.
    """
    own = phrase(told)
    tells_more = kind is None or len(own.split()) >= _FEWEST_OWN_WORDS
    if tells_more and is_plain(own, playbook, most_words=_MOST_OWN_WORDS):
        return own
    return kind.name if kind else None


def _leading(kinds: Iterable[TaskKind], named: Mapping[str, int]) -> tuple[TaskKind, ...]:
    """Those of the kinds that are named most often."""
    told = [kind for kind in kinds if kind.key in named]
    return tuple(kind for kind in told if named[kind.key] == max(named[each.key] for each in told))


def _named(text: str, playbook: Playbook) -> Mapping[str, int]:
    """How often each kind is named; a phrase within a longer one of another kind names nothing."""
    said = plain(text)
    found = [(kind.key, match.span()) for kind in playbook.task_kinds for match in kind.words.all_in(said)]
    spans = [span for _, span in found]
    return Counter(key for key, span in found if not any(_is_within(span, other) for other in spans))


def _is_within(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return span != other and other[0] <= span[0] and span[1] <= other[1]
