"""The visitor's programs: which of them an agent connects to, and which come first."""

import math
import re
from collections.abc import Iterable, Sequence

from contracts.values import Profile, Proposal, TranscriptLine
from playbook.claims import folded
from playbook.lexicon import plain
from playbook.offer import Tier
from playbook.phrasing import covers, is_same, phrases, texts_of, weighty
from playbook.steps import MOST_STEPS
from playbook.whole import Playbook

_SENTENCES = re.compile(r"(?<=[.!?,;])\s+|\n+")
_NEAR, _FAR = 1, 2
# Theirs alone, beside the program that the business has.
_OWN = re.compile(r"\b(?:priva|prive|perso|particular|pessoal)")


def tools_of(profile: Profile) -> tuple[str, ...]:
    """The programs that the visitor named, those that stay with people aside."""
    tools = phrases(profile.tools.value)[:MOST_STEPS] if profile.tools else ()
    kept = phrases(profile.out_of_scope.value) if profile.out_of_scope else ()
    return tuple(tool for tool in tools if not any(is_same(tool, item) for item in kept))


def programs_of(profile: Profile, playbook: Playbook, first: Iterable[str] = ()) -> tuple[str, ...]:
    """Those that each need an integration: the ones named in `first`, in its order, then what connects.

    Of the others those come first that the task, its steps or the measure of its success name.
    """
    tools = [
        tool for tool in tools_of(profile) if not (playbook.looked_at_first(tool) or playbook.is_file(tool))
    ]
    chosen = [tool for name in first for tool in tools if _is_named(tool, name)]
    work = "\n".join(
        text for slot in (profile.task, profile.steps, profile.success_measure) for text in texts_of(slot)
    )
    rest = sorted(tools, key=lambda tool: (not connects(tool, chosen, playbook), _distance(tool, work)))
    return tuple(dict.fromkeys((*chosen, *rest)))


def in_order(
    first: Sequence[str], had: Sequence[str], wish: str, *, profile: Profile, playbook: Playbook
) -> tuple[str, ...]:
    """The programs of a draft in front of those the last one `had` where the wish is for it, else behind.

    It is where it names one that the last draft has not, or says what comes first.
    """
    far = {tool: _distance(tool, wish) for tool in tools_of(profile)}
    named = [tool for tool, distance in far.items() if distance == min(far.values()) < _FAR]
    is_new = any(tool not in had for tool in named)
    is_wished = named and (is_new or playbook.proposal.comes_first.search(plain(wish)))
    return (*first, *had) if is_wished else (*had, *first)


def _distance(tool: str, text: str) -> int:
    """How far from naming a program a text is: by its name, by a word of it, not at all."""
    is_near = any(covers(text, word) for word in weighty(tool))
    return 0 if covers(text, tool) else _NEAR if is_near else _FAR


ToolLists = tuple[tuple[str, ...], tuple[str, ...]]


def tool_lists(
    profile: Profile, playbook: Playbook, *, first: Sequence[str], room: int | None, lines: Iterable[str]
) -> ToolLists:
    """The programs an agent works with, and those to look at together first that no line names already.

    Of the first there are as many as there is room for, and all that are files; the reason of the tier names
    the rest. Those that are not in `first` stand in the order they were told in.
    """
    tools = tools_of(profile)
    programs = (*programs_of(profile, playbook, first)[:room], *filter(playbook.is_file, tools))
    chosen = [tool for tool in programs if any(_is_named(tool, name) for name in first)]
    ordered = dict.fromkeys((*chosen, *(tool for tool in tools if tool in programs)))
    today = tuple(tool for tool in ordered if connects(tool, first, playbook))
    unsure = (tool for tool in tools if not connects(tool, first, playbook))
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


def without_tools(lines: Iterable[str], profile: Profile) -> tuple[str, ...]:
    """The lines that are none of the visitor's tools."""
    tools = set(map(folded, profile.tools.value)) if profile.tools else set()
    return tuple(line for line in lines if folded(line) not in tools)


def fully_named(text: str, tools: Iterable[str], playbook: Playbook) -> str:
    """The text with each program by the whole name the visitor gave: `WhatsApp Business` for `WhatsApp`."""
    whole = [tool for tool in tools if plain(tool) in playbook.whole_names]
    for tool in whole if not _OWN.search(plain(text)) else ():
        first, rest = tool.split(" ", 1)
        bare = rf"(?<!\w){re.escape(first)}(?!\w)(?!\s+{re.escape(rest)})"
        text = re.sub(bare, tool, text, flags=re.IGNORECASE)
    return text


def with_whole_names(profile: Profile, transcript: Iterable[TranscriptLine], playbook: Playbook) -> Profile:
    """The profile with the whole names of programs that the visitor stated anywhere."""
    said = (line.text for line in transcript if line.role == "visitor")
    texts = (*(getattr(profile, slot).words for slot in profile.known()), *said)
    parts = [part for text in texts for part in _SENTENCES.split(text)]
    denies = playbook.lexicon.negations
    told = " ".join(part for part in parts if "?" not in part and not denies.search(plain(part)))
    places = (re.search(re.escape(name), told, re.IGNORECASE) for name in playbook.whole_names)
    names = [place.group() for place in places if place]
    lists = {name: slot for name in ("tools", "steps") if names and (slot := getattr(profile, name))}
    changed = {
        name: slot.model_copy(
            update={"value": tuple(dict.fromkeys(fully_named(one, names, playbook) for one in slot.value))}
        )
        for name, slot in lists.items()
    }
    return profile.model_copy(update=changed)


def with_steps_marked(proposal: Proposal, profile: Profile, playbook: Playbook, tier: Tier) -> Proposal:
    """The proposal with a mark on each step that needs a program beyond the tier, and no saving then."""
    programs = programs_of(profile, playbook, proposal.integrations)
    beyond = programs[tier.integrations :] if tier.integrations is not None else ()
    named = [folded(tool) for tool in beyond if connects(tool, proposal.integrations, playbook)]
    enough = [each for each in playbook.catalogue if (each.integrations or math.inf) >= len(programs)]
    larger = min(enough, key=lambda each: each.monthly_price_usd, default=tier).name
    bare = unmarked(proposal.does, playbook)
    does = tuple(
        playbook.proposal.beyond_tier.format(step=line, tier=larger)
        if any(re.search(rf"(?<!\w){re.escape(tool)}(?!\w)", folded(line)) for tool in named)
        else line
        for line in bare
    )
    saved = proposal.hours_saved_per_week if does == bare else None
    return proposal.model_copy(update={"does": does, "hours_saved_per_week": saved})


def unmarked(lines: Iterable[str], playbook: Playbook) -> tuple[str, ...]:
    """The steps without the mark of a tier."""
    fixed = re.split(r"(\{\w+\})", playbook.proposal.beyond_tier)
    gaps = {"{step}": "(?P<step>.+?)", "{tier}": "[^()]+?"}
    mark = re.compile("".join(gaps.get(part, re.escape(part)) for part in fixed))
    matches = ((line, mark.fullmatch(line)) for line in lines)
    return tuple(match["step"] if match else line for line, match in matches)
