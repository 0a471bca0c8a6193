"""The steps of the task as a proposal lists them: each as it was said, and what only people do as such."""

import re
from collections.abc import Iterable

from contracts.values import Profile, Proposal, Slot
from playbook.lexicon import plain
from playbook.phrasing import covers, is_same, phrases, weighty, without_openings
from playbook.whole import Playbook

MOST_STEPS = 8
# Up to three words between the begin of a clause and a step; more are a clause of their own.
_BEFORE = r"(?:^|[.,;:!?\n])\s*((?:[^\W\d_][^\s.,;:!?]*\s+){0,3})"
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
    """The steps that do not stay with people; one that another party does is what the agent waits for.

    Another party is who does a step that is `kept`: `head falconer checks it`, `head falconer signs it`.
    """
    if slot is None:
        return ()
    kept, words, openings = tuple(kept), playbook.lexicon.answers, playbook.proposal.openings
    told = phrases(slot.value)[:MOST_STEPS]
    items = [item for item in told if without_openings(item, openings)] or told
    before = {item: re.search(_BEFORE + re.escape(item), slot.words) for item in items}
    said = {item: f"{match[1] if match else ''}{item}" for item, match in before.items()}
    ours = [item for item in items if words.subjects.search(plain(said[item].removesuffix(item)))]
    others = [subject for one in kept if len(subject := _subject(one)) == _WORDS_OF_A_SUBJECT]
    steps = list[str]()
    for item in items:
        step = without_openings(said[item], openings) or said[item]
        if step != said[item] and words.articles.begin(plain(step)):
            # Without its opening, half a sentence is left.
            step = said[item]
        if any(covers(step, one) for one in kept):
            continue
        is_no_verb = words.articles.begin(plain(item)) and item not in ours
        if (is_no_verb and len(ours) >= _FEWEST_SUBJECTS) or _subject(item) in others:
            step = playbook.proposal.waits_for.format(step=item)
        steps.append(step)
    return phrases(steps)


def _subject(step: str) -> list[str]:
    return weighty(step)[:_WORDS_OF_A_SUBJECT]


def own_steps(does: Iterable[str], playbook: Playbook) -> tuple[str, ...]:
    """What of these the agent does for this visitor: without what every agent does, however it is worded."""
    stock = (*playbook.proposal.default_does, *playbook.proposal.always_does)
    return tuple(line for line in does if not any(covers(line, one) or covers(one, line) for one in stock))


def is_mostly_unsure(proposal: Proposal, profile: Profile, playbook: Playbook) -> bool:
    """Whether more of the task has to be looked at first than the agent can do of it."""
    tools = phrases(profile.tools.value) if profile.tools else ()
    unsure = [line for line in proposal.to_look_at if not any(is_same(line, tool) for tool in tools)]
    return profile.steps is not None and len(unsure) > len(own_steps(proposal.does, playbook))


def in_one_list_each(proposal: Proposal, profile: Profile, playbook: Playbook) -> Proposal:
    """The proposal with nothing in two of its lists, and with no stock line in place of the steps.

    What stays with people is nothing else, and what is looked at first is not promised. A program that one
    of the steps to look at names stands there alone.
    """
    integrations = _apart(proposal.integrations, proposal.out_of_scope)
    tools = phrases(profile.tools.value) if profile.tools else ()
    unsure = [
        line
        for line in proposal.to_look_at
        if not any(is_same(line, tool) for tool in tools)
        or not any(covers(other, line) for other in proposal.to_look_at if other != line)
    ]
    to_look_at = _apart(unsure, (*proposal.out_of_scope, *integrations))
    does = _apart(proposal.does, (*proposal.out_of_scope, *to_look_at, *integrations))
    is_all_unsure = profile.steps is not None and to_look_at and not own_steps(does, playbook)
    lists = {"does": () if is_all_unsure else does, "to_look_at": to_look_at, "integrations": integrations}
    return proposal.model_copy(update=lists)


def _apart(lines: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """The lines, each once, that are none of the others."""
    seen, left = [*others], list[str]()
    for line in lines:
        if not any(is_same(line, one) for one in seen):
            seen.append(line)
            left.append(line)
    return tuple(left)
