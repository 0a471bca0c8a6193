"""Writes a proposal without a model: the playbook's sentences around the visitor's own words."""

from collections.abc import Iterable, Mapping

from contracts.events import ProposalRequested
from contracts.values import Proposal
from playbook import LookAtFirst, Playbook, ProposalScript, once_for_each, placeholders
from playbook.claims import folded
from playbook.translation import spoken_by
from services.proposal.domain.hours import hours_won
from services.proposal.domain.steps import MOST_STEPS, listed, steps_of_agent
from services.proposal.domain.wish import quoted_wishes, read_wish
from services.proposal.domain.words import (
    any_of,
    cut,
    plain_list,
    sayable,
    sayable_template,
    sentence,
    without_openings,
)

LONGEST_TASK = 48
MOST_WORDS_QUOTED = 14
# What a proposal can do without: a whole story belongs in none.
_ASIDES = ("business_type", "challenge")


def spoken(request: ProposalRequested, playbook: Playbook) -> Playbook:
    """The playbook in the visitor's language."""
    language = request.profile.language
    return spoken_by(language.value if language else None, request.translations, playbook)


def draft_from_template(request: ProposalRequested, playbook: Playbook) -> Proposal:
    """Say what is known and leave out what is not; quote a wish that is not in the profile yet."""
    playbook = spoken(request, playbook)
    profile, script = request.profile, playbook.proposal
    words = sayable(profile, playbook.language)
    out_of_scope = listed(profile.out_of_scope, playbook)
    steps = steps_of_agent(profile.steps, out_of_scope, playbook)
    steps_to_look_at = [step for step in steps if is_looked_at_first(step, playbook)]
    does = tuple(step for step in steps if step not in steps_to_look_at) if steps else script.default_does
    tools, tools_to_look_at = sorted_tools(
        plain_list(profile.tools.value if profile.tools else ())[:MOST_STEPS], playbook
    )
    return Proposal(
        agent_name=_agent_name(script, words),
        summary=_summary(script, words),
        does=plain_list((*does, *script.always_does)),
        out_of_scope=out_of_scope,
        integrations=tools,
        hours_now_per_week=profile.hours_per_week.value if profile.hours_per_week else None,
        hours_saved_per_week=hours_won(profile, steps_to_look_at, playbook),
        success_measure=without_openings(words.get("success_measure", ""), script.measure_openings) or None,
        delivery=script.delivery,
        to_look_at=(
            *(step.removeprefix(script.waits_for.partition("{")[0]) for step in steps_to_look_at),
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
    named = playbook.proposal.look_at_first.named
    return tuple(today), tuple(named.get(folded(tool), tool) for tool in told if tool not in today)


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


def _agent_name(script: ProposalScript, words: Mapping[str, str]) -> str:
    """A name is short: of a long task as many words as fit, and no little one at their end."""
    phrases = {
        slot: cut(without_openings(said, script.openings) or said, LONGEST_TASK)
        for slot, said in words.items()
    }
    template = sayable_template(script.agent_name, phrases) or script.agent_name[-1]
    return template.format_map(phrases)


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
