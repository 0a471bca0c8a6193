"""The steps of the task as a proposal lists them: each as it was said, and what only people do as such."""

import re
from collections.abc import Iterable

from contracts.values import Slot
from playbook import Playbook
from playbook.lexicon import plain as compared
from services.proposal.domain.words import covers, plain_list, weighty, without_openings

MOST_STEPS = 8
_CLAUSE_END = re.compile(r"[.,;:!?\n]")
# More words before a step are a clause of their own.
_MOST_WORDS_BEFORE = 3
# One "we" may stand for several steps; two show that it is repeated.
_FEWEST_SUBJECTS = 2
_WORDS_OF_A_SUBJECT = 2


def listed(slot: Slot[tuple[str, ...]] | None, playbook: Playbook) -> tuple[str, ...]:
    """The items as they can stand in a list, without the words that only open a phrase."""
    items = plain_list(slot.value) if slot else ()
    said = [without_openings(item, playbook.proposal.openings) for item in items]
    return (plain_list(said) or items)[:MOST_STEPS]


def steps_of_agent(
    slot: Slot[tuple[str, ...]] | None, kept: Iterable[str], playbook: Playbook
) -> tuple[str, ...]:
    """The steps that do not stay with people; one that another party does is what the agent waits for."""
    kept, words, openings = tuple(kept), playbook.lexicon.answers, playbook.proposal.openings
    told = plain_list(slot.value)[:MOST_STEPS] if slot else ()
    items = [item for item in told if without_openings(item, openings)] or told
    before = {item: _words_before(item, slot.words) for item in items} if slot else {}
    with_subject = [item for item in items if words.subjects.search(compared(before[item]))]
    steps = list[str]()
    for item in items:
        begins_with_noun = words.articles.begin(compared(item)) is not None
        is_own = item in with_subject or len(with_subject) < _FEWEST_SUBJECTS or not begins_with_noun
        step = _step(f"{before[item]} {item}".strip(), playbook)
        if any(covers(step, one) for one in kept):
            continue
        if not is_own or any(_has_same_subject(item, one) for one in kept):
            step = playbook.proposal.waits_for.format(step=item)
        steps.append(step)
    return plain_list(steps)


def _words_before(item: str, said: str) -> str:
    """What stands before the item in its clause, where that is short: `on` of `on la saisit dans Sage`."""
    before, found, _ = said.partition(item)
    words = _CLAUSE_END.split(before)[-1].split() if found else []
    is_short = len(words) <= _MOST_WORDS_BEFORE and all(word[0].isalpha() for word in words)
    return " ".join(words) if is_short else ""


def _step(said: str, playbook: Playbook) -> str:
    """Without what only opens it; before a noun that leaves half a sentence, so there it stays."""
    step = without_openings(said, playbook.proposal.openings) or said
    is_half = bool(playbook.lexicon.answers.articles.begin(compared(step))) and step != said
    return said if is_half else step


def _has_same_subject(step: str, kept: str) -> bool:
    """Whether both begin with the same words: `head falconer checks it`, `head falconer signs reports`."""
    subject, other = weighty(step)[:_WORDS_OF_A_SUBJECT], weighty(kept)[:_WORDS_OF_A_SUBJECT]
    return len(subject) == _WORDS_OF_A_SUBJECT and subject == other
