"""The visitor's programs: which of them an agent connects to, and which come first."""

from collections.abc import Iterable, Sequence

from contracts.values import Profile
from playbook.claims import folded
from playbook.lexicon import plain
from playbook.phrasing import covers, is_same, phrases
from playbook.steps import MOST_STEPS
from playbook.whole import Playbook


def tools_of(profile: Profile) -> tuple[str, ...]:
    """The programs that the visitor named, those that stay with people aside."""
    tools = phrases(profile.tools.value)[:MOST_STEPS] if profile.tools else ()
    kept = phrases(profile.out_of_scope.value) if profile.out_of_scope else ()
    return tuple(tool for tool in tools if not any(is_same(tool, item) for item in kept))


def programs_of(profile: Profile, playbook: Playbook, first: Iterable[str] = ()) -> tuple[str, ...]:
    """Those that each need an integration: the ones named in `first`, in its order, then what connects."""
    tools = [tool for tool in tools_of(profile) if not playbook.looked_at_first(tool)]
    chosen = [tool for name in first for tool in tools if _is_named(tool, name)]
    rest = sorted(tools, key=lambda tool: not connects(tool, chosen, playbook))
    return tuple(dict.fromkeys((*chosen, *rest)))


ToolLists = tuple[tuple[str, ...], tuple[str, ...]]


def tool_lists(
    profile: Profile, playbook: Playbook, *, first: Sequence[str], room: int | None, lines: Iterable[str]
) -> ToolLists:
    """The programs an agent works with, and those to look at together first that no line names already.

    Of the first there are as many as there is room for; the reason of the tier names the rest.
    """
    programs = programs_of(profile, playbook, first)
    today = tuple(tool for tool in programs[:room] if connects(tool, first, playbook))
    unsure = (tool for tool in tools_of(profile) if not connects(tool, first, playbook))
    said = "\n".join(lines)
    left = [tool for tool in unsure if folded(tool) not in folded(said)]
    names = [name for tool in left for name in playbook.looked_at_first(tool) or (tool,)]
    return today, tuple(name for name in dict.fromkeys(names) if name not in playbook.looked_at_first(said))


def connects(tool: str, first: Iterable[str], playbook: Playbook) -> bool:
    """Whether an agent works with it today.

    What a program is that has no name of its own, such as `formulier`, is known to whoever put it in `first`.
    """
    if playbook.works_with(tool):
        return True
    known = map(plain, (*playbook.lexicon.known_tools, *playbook.lexicon.everyday_tools, *playbook.tools))
    is_nameless = tool.islower() and plain(tool) not in {*known}
    is_chosen = any(_is_named(tool, name) for name in first)
    return is_nameless and is_chosen and not playbook.looked_at_first(tool)


def _is_named(tool: str, name: str) -> bool:
    return folded(tool) == folded(name) or covers(tool, name) or covers(name, tool)
