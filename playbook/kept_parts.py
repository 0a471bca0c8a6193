"""Whether a step of the work does what stays with people, or names it in order to leave it to them."""

import re
from collections.abc import Iterable, Iterator

from playbook.lexicon import plain
from playbook.phrasing import covers, stems_of
from playbook.whole import Playbook

_STOPS = re.compile(r"[,;:.!?()]")
_WORDS, _LONG_WORD = re.compile(r"\w{3,}"), re.compile(r"\w{4,}")


def takes_over(line: str, parts: Iterable[str], playbook: Playbook) -> bool:
    """Whether a step does one of these parts of the work itself.

    It does not where the clause that names the part hands it over or leaves it out. Of a list, which begins
    with its items, the words in front of it count.
    """
    return any(covers(line, part) and not _is_left(line, part, playbook) for part in parts)


def _is_left(line: str, part: str, playbook: Playbook) -> bool:
    stems, is_left, named = stems_of(part), False, list[tuple[bool, bool]]()
    for clause, hands_over in _clauses(plain(line), playbook):
        place = next(
            (word.start() for word in _WORDS.finditer(clause) if word.group().startswith(stems)), None
        )
        is_denied = playbook.lexicon.negations.search(clause[:place]) is not None
        first = _LONG_WORD.search(clause)
        is_item = place is None or (first is not None and first.group().startswith(stems))
        is_left = hands_over or is_denied or (is_left and is_item)
        named += [] if place is None else [(covers(clause, part), is_left)]
    whole = [is_left for is_whole, is_left in named if is_whole]
    return all(whole or [is_left for _, is_left in named[:1]])


def _clauses(text: str, playbook: Playbook) -> Iterator[tuple[str, bool]]:
    """The clauses of a line, each with whether it begins to hand something over or leave it out."""
    ends = (*_STOPS.finditer(text), *playbook.lexicon.answers.joins.all_in(text))
    leaves, start = [match.start() for match in playbook.proposal.leaves.all_in(text)], 0
    for begin, end in (*sorted(match.span() for match in ends), (len(text), len(text))):
        yield text[start:begin], any(start <= place < begin for place in leaves)
        start = end
