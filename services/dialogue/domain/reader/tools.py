"""Reads the software that a visitor works with."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from playbook import Playbook, once_for_each
from playbook.lexicon import plain
from services.dialogue.domain.reader.text import Part

_WORD: Final = re.compile(r"\w[\w'.-]*")


def known_tools(part: Part, playbook: Playbook, *, is_asked: bool) -> Sequence[str]:
    """The names of known software in a sentence that says it is used, as the visitor wrote them.

    Everyday words are names only with their capital, where tools were asked for.
    """
    lexicon = playbook.lexicon
    found: list[str] = []
    for clause in part.clauses:
        if not is_asked and lexicon.negations.search(clause.masked):
            continue
        for match in _pattern(playbook).finditer(clause.masked):
            written = clause.raw[match.start() : match.end()]
            name = _names(playbook)[" ".join(match.group().split())]
            is_everyday = name in lexicon.everyday_tools
            before = clause.masked[: match.start()]
            is_negated = any(not before[no.end() :].strip() for no in lexicon.negations.all_in(before))
            if not is_negated and (not is_everyday or (is_asked and written[0].isupper())):
                found.append(written)
    return list(dict.fromkeys(found))


def names_only(part: Part, playbook: Playbook) -> bool:
    """Whether a sentence names known software, perhaps beside other names, and says nothing else."""
    answers = playbook.lexicon.answers
    left = _pattern(playbook).sub(lambda match: " " * len(match.group()), part.masked)
    if left == part.masked:
        return False
    for phrases in (answers.leads, answers.courtesies, answers.joins, answers.articles, answers.trails):
        left = phrases.blanked_in(left)
    return all(
        not left[word.start()].isalnum() or word.group()[0].isupper() for word in _WORD.finditer(part.raw)
    )


@once_for_each
def _names(playbook: Playbook) -> Mapping[str, str]:
    lexicon = playbook.lexicon
    return {plain(name): name for name in (*lexicon.everyday_tools, *lexicon.known_tools, *playbook.tools)}


@once_for_each
def _pattern(playbook: Playbook) -> re.Pattern[str]:
    longest_first = sorted(_names(playbook), key=len, reverse=True)
    names = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest_first)
    return re.compile(rf"(?<![\w@.])(?:{names})(?![\w@])")
