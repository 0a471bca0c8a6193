"""The steps of the task as a proposal lists them: each as it was said, and what only people do as such."""

import re
from collections.abc import Iterable

from contracts.values import Slot
from playbook import Playbook
from playbook.lexicon import plain
from services.proposal.domain.words import covers, phrases, weighty, without_openings

MOST_STEPS = 8
_CLAUSE_END = re.compile(r"[.,;:!?\n]")
# More words before a step are a clause of their own.
_MOST_WORDS_BEFORE = 3
# One "we" may stand for several steps; two show that it is repeated.
_FEWEST_SUBJECTS = 2
_WORDS_OF_A_SUBJECT = 2


def listed(slot: Slot[tuple[str, ...]] | None, playbook: Playbook) -> tuple[str, ...]:
    """The items as they can stand in a list, without the words that only open a phrase."""
    items = phrases(slot.value) if slot else ()
    said = phrases(without_openings(item, playbook.proposal.openings) for item in items)
    return (said or items)[:MOST_STEPS]


def steps_of_agent(
    slot: Slot[tuple[str, ...]] | None, kept: Iterable[str], playbook: Playbook
) -> tuple[str, ...]:
    """The steps that do not stay with people; one that another party does is what the agent waits for."""
    if slot is None:
        return ()
    kept, words = tuple(kept), playbook.lexicon.answers
    told = phrases(slot.value)[:MOST_STEPS]
    items = [item for item in told if without_openings(item, playbook.proposal.openings)] or told
    before = {item: _words_before(item, slot.words) for item in items}
    with_subject = [item for item in items if words.subjects.search(plain(before[item]))]
    is_repeated = len(with_subject) >= _FEWEST_SUBJECTS
    steps = list[str]()
    for item in items:
        step = _step(f"{before[item]} {item}".strip(), playbook)
        if any(covers(step, one) for one in kept):
            continue
        is_of_others = is_repeated and item not in with_subject and words.articles.begin(plain(item))
        if is_of_others or any(_has_same_subject(item, one) for one in kept):
            step = playbook.proposal.waits_for.format(step=item)
        steps.append(step)
    return phrases(steps)


def _words_before(item: str, said: str) -> str:
    """What stands before the item in its clause, where that is short: `on` of `on la saisit dans Sage`."""
    before, found, _ = said.partition(item)
    words = _CLAUSE_END.split(before)[-1].split() if found else []
    is_short = len(words) <= _MOST_WORDS_BEFORE and all(word[0].isalpha() for word in words)
    return " ".join(words) if is_short else ""


def _step(said: str, playbook: Playbook) -> str:
    """Without what only opens it; before a noun that leaves half a sentence, so there it stays."""
    step = without_openings(said, playbook.proposal.openings) or said
    return said if step != said and playbook.lexicon.answers.articles.begin(plain(step)) else step


def _has_same_subject(step: str, kept: str) -> bool:
    """Whether both begin with the same words: `head falconer checks it`, `head falconer signs reports`."""
    subject, other = weighty(step)[:_WORDS_OF_A_SUBJECT], weighty(kept)[:_WORDS_OF_A_SUBJECT]
    return len(subject) == _WORDS_OF_A_SUBJECT and subject == other
