"""Which lines of a proposal say the same, and whether much of a task has to be looked at first."""

from collections.abc import Iterable

from contracts.values import Profile, Proposal
from playbook.phrasing import covers, is_same, phrases
from playbook.whole import Playbook

MOST_STEPS = 8


def own_steps(does: Iterable[str], playbook: Playbook) -> tuple[str, ...]:
    """What of these an agent does for this task: without what every agent does, however it is worded."""
    stock = playbook.proposal.always_does
    return tuple(line for line in does if not any(covers(line, one) or covers(one, line) for one in stock))


def is_mostly_unsure(proposal: Proposal, profile: Profile, playbook: Playbook) -> bool:
    """Whether more of the task has to be looked at first than the agent can do of it."""
    tools = phrases(profile.tools.value) if profile.tools else ()
    unsure = [line for line in proposal.to_look_at if not any(is_same(line, tool) for tool in tools)]
    return len(unsure) > len(own_steps(proposal.does, playbook))


def in_one_list_each(proposal: Proposal, profile: Profile, playbook: Playbook) -> Proposal:
    """The proposal with nothing in two of its lists, and with no stock line where nothing else is done.

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
    is_all_unsure = to_look_at and not own_steps(does, playbook)
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
