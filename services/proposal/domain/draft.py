"""Writes a proposal without a model: the playbook's sentences around the visitor's own words."""

import re
from collections.abc import Iterable, Mapping

from contracts.events import ProposalRequested
from contracts.values import Proposal, Slot
from playbook import Language, LookAtFirst, Playbook, ProposalScript, once_for_each, placeholders
from playbook.claims import folded
from playbook.translation import spoken_by
from services.proposal.domain.hours import hours_won
from services.proposal.domain.wish import quoted_wishes, read_wish
from services.proposal.domain.words import (
    any_of,
    covers,
    plain_list,
    sayable,
    sayable_template,
    sentence,
    without_openings,
)

LONGEST_NAME = 60
MOST_WORDS_IN_NAME = 6
MOST_WORDS_QUOTED = 14
MOST_STEPS = 8
# What a proposal can do without: a whole story belongs in none.
_ASIDES = ("business_type", "challenge")
_DOING_THINGS = re.compile(r"(?P<doing>\w{2,}ing) (?P<things>\w{2,}[^siu\W]s)", re.IGNORECASE)
_ENDS_IN_ES = re.compile(r"(?:ss|sh|ch|x|z)es$")


def spoken(request: ProposalRequested, playbook: Playbook) -> Playbook:
    """The playbook in the visitor's language."""
    language = request.profile.language
    return spoken_by(language.value if language else None, request.translations, playbook)


def draft_from_template(request: ProposalRequested, playbook: Playbook) -> Proposal:
    """Say what is known and leave out what is not; quote a wish that is not in the profile yet."""
    playbook = spoken(request, playbook)
    profile, script = request.profile, playbook.proposal
    words = sayable(profile, playbook.language)
    out_of_scope = _told(profile.out_of_scope, script)
    told = _told(profile.steps, script)
    steps = [step for step in told if not any(covers(step, item) for item in out_of_scope)]
    steps_to_look_at = [step for step in steps if is_looked_at_first(step, playbook)]
    does = tuple(step for step in steps if step not in steps_to_look_at) if steps else script.default_does
    tools, tools_to_look_at = sorted_tools(_told(profile.tools), playbook)
    return Proposal(
        agent_name=_agent_name(script, playbook.language, words),
        summary=_summary(script, words),
        does=plain_list((*does, *script.always_does)),
        out_of_scope=out_of_scope,
        integrations=tools,
        hours_now_per_week=profile.hours_per_week.value if profile.hours_per_week else None,
        hours_saved_per_week=hours_won(profile, steps_to_look_at, playbook),
        success_measure=words.get("success_measure"),
        delivery=script.delivery,
        to_look_at=(
            *steps_to_look_at,
            *unnamed_in(steps_to_look_at, tools_to_look_at),
            *quoted_wishes(request, playbook),
        ),
    )


def not_granted(request: ProposalRequested, playbook: Playbook) -> str | None:
    """What is said to a wish for a price or a promise, None to any other."""
    playbook = spoken(request, playbook)
    return playbook.proposal.terms_says if read_wish(request, playbook).has_terms else None


def is_looked_at_first(item: str, playbook: Playbook) -> bool:
    """Whether a step or a tool is looked at together before it is promised."""
    looks = _looks_of(playbook)
    return any_of(looks.words).search(any_of(looks.but_not).sub(" ", folded(item))) is not None


def sorted_tools(tools: Iterable[str], playbook: Playbook) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tools an agent works with today, and those that are looked at together first."""
    told, works = tuple(tools), any_of(_looks_of(playbook).works_with)
    today = [tool for tool in told if works.search(folded(tool)) and not is_looked_at_first(tool, playbook)]
    return tuple(today), tuple(tool for tool in told if tool not in today)


def unnamed_in(lines: Iterable[str], tools: Iterable[str]) -> tuple[str, ...]:
    """The tools that no line names already."""
    said = [folded(line) for line in lines]
    return tuple(tool for tool in tools if not any(folded(tool) in line for line in said))


@once_for_each
def _looks_of(playbook: Playbook) -> LookAtFirst:
    """What is looked at first, in the words of every language: the default speaks for those it lacks."""
    each = [spoken.proposal.look_at_first for spoken in (playbook, *playbook.languages.values())]
    return LookAtFirst(
        words=tuple(word for look in each for word in look.words),
        but_not=tuple(word for look in each for word in look.but_not),
        works_with=tuple(name for look in each for name in look.works_with),
    )


def _told(slot: Slot[tuple[str, ...]] | None, script: ProposalScript | None = None) -> tuple[str, ...]:
    """The items as they can stand in a list; with a script without the words that only open a phrase."""
    items = plain_list(slot.value) if slot else ()
    if script is not None:
        said = [without_openings(item, script.openings) for item in items]
        items = plain_list(said) or items
    return items[:MOST_STEPS]


def _agent_name(script: ProposalScript, language: Language, words: Mapping[str, str]) -> str:
    """A name is short, so only what the visitor put briefly goes into it."""
    phrases = {slot: without_openings(said, script.openings) or said for slot, said in words.items()}
    brief = {slot: said for slot, said in phrases.items() if len(said.split()) <= MOST_WORDS_IN_NAME}
    if language.titles_have_capitals:
        brief = {slot: _capitalized(_noun_first(said)) for slot, said in brief.items()}
    template = sayable_template(script.agent_name, brief) or script.agent_name[-1]
    name = template.format_map(brief)
    return name if len(name) <= LONGEST_NAME else script.agent_name[-1]


def _noun_first(text: str) -> str:
    """The English title of a task of two words: `quote writing` of `writing quotes`."""
    match = _DOING_THINGS.fullmatch(text)
    if match is None:
        return text
    things = match["things"]
    thing = f"{things[:-3]}y" if things.endswith("ies") else things[: -1 - bool(_ENDS_IN_ES.search(things))]
    return f"{thing} {match['doing']}"


def _capitalized(text: str) -> str:
    return " ".join(f"{word[0].upper()}{word[1:]}" for word in text.split())


def _summary(script: ProposalScript, words: Mapping[str, str]) -> str:
    """One sentence of each group; what was said in one is not repeated by the next."""
    long = {slot for slot in _ASIDES if len(words.get(slot, "").split()) > MOST_WORDS_QUOTED}
    unsaid, sentences = {slot: said for slot, said in words.items() if slot not in long}, list[str]()
    for group in script.summary:
        if template := sayable_template(group, unsaid):
            sentences.append(sentence(template.format_map(unsaid)))
            said = {unsaid[slot].casefold() for slot in placeholders(template)}
            unsaid = {slot: text for slot, text in unsaid.items() if text.casefold() not in said}
    return " ".join(sentences)
