"""Writes a proposal without a model: the playbook's sentences around the visitor's own words."""

from collections.abc import Iterable, Mapping, Sequence

from contracts.values import Proposal
from playbook import ProposalScript, once_for_each, placeholders
from playbook.phrasing import cut, first_sayable, phrases, sayable, sentence, without_openings
from playbook.programs import ToolLists, tool_lists
from playbook.steps import in_one_list_each, listed, steps_of_agent
from playbook.target import hours_saved
from services.proposal.domain.brief import Brief
from services.proposal.domain.tier import tier_for

_LONGEST_TASK = 48
_MOST_WORDS_QUOTED = 14
# What a proposal can do without: a whole story belongs in none.
_ASIDES = ("business_type", "challenge")


# The model's draft is made from it, checked against it and filled up with it.
@once_for_each
def draft_from_template(brief: Brief) -> Proposal:
    """Say what is known and leave out what is not."""
    profile, playbook, script = brief.profile, brief.playbook, brief.script
    words = sayable(profile, playbook.language)
    out_of_scope = listed(profile.out_of_scope, playbook)
    steps = steps_of_agent(profile.steps, out_of_scope, playbook)
    to_look_at = [step for step in steps if playbook.is_looked_at_first(step)]
    does = [step for step in steps if step not in to_look_at] if steps else script.default_does
    integrations, unsure = sorted_tools(brief, (), to_look_at)
    waits_for = script.waits_for.partition("{")[0]
    proposal = Proposal(
        agent_name=_agent_name(script, words),
        summary=_summary(script, words),
        does=phrases((*does, *script.always_does)),
        out_of_scope=out_of_scope,
        integrations=integrations,
        hours_now_per_week=profile.hours_per_week.value if profile.hours_per_week else None,
        hours_saved_per_week=hours_won(brief, to_look_at),
        success_measure=without_openings(words.get("success_measure", ""), script.measure_openings) or None,
        delivery=script.delivery,
        to_look_at=(*(step.removeprefix(waits_for) for step in to_look_at), *unsure),
    )
    return in_one_list_each(proposal, profile, playbook)


def sorted_tools(brief: Brief, first: Sequence[str], lines: Iterable[str]) -> ToolLists:
    """What an agent works with and what to look at; without an order the last draft's tools come first."""
    last = brief.request.last_proposal
    first = first or (last.integrations if last else ())
    tier = tier_for(brief.profile, brief.playbook, chosen_tier=brief.request.chosen_tier)
    return tool_lists(brief.profile, brief.playbook, first=first, room=tier.integrations, lines=lines)


def hours_won(brief: Brief, steps_to_look_at: Iterable[str]) -> float | None:
    """What the success measure saves of today's hours, where it has a number of hours a week.

    While a step is to be looked at, nobody knows which of its hours are won: none are claimed. Nor are any of
    a range.
    """
    now, measure = brief.profile.hours_per_week, brief.profile.success_measure
    is_range = now and (
        now.up_to not in {None, now.value} or brief.playbook.is_open_range(now.value, now.words)
    )
    if now is None or measure is None or is_range or any(steps_to_look_at):
        return None
    return hours_saved(now.value, measure.value, brief.playbook)


def _agent_name(script: ProposalScript, words: Mapping[str, str]) -> str:
    """A name is short: of a long task as many words as fit, and no little one at their end."""
    short = {
        slot: cut(without_openings(said, script.openings) or said, _LONGEST_TASK)
        for slot, said in words.items()
    }
    return (first_sayable(script.agent_name, short) or script.agent_name[-1]).format_map(short)


def _summary(script: ProposalScript, words: Mapping[str, str]) -> str:
    """One sentence of each group; what was said in one is not repeated by the next."""
    long = {slot for slot in _ASIDES if len(words.get(slot, "").split()) > _MOST_WORDS_QUOTED}
    unsaid, sentences = {slot: said for slot, said in words.items() if slot not in long}, list[str]()
    for group in script.summary:
        if template := first_sayable(group, unsaid):
            sentences.append(sentence(template.format_map(unsaid)))
            said = {unsaid[slot].casefold() for slot in placeholders(template)}
            unsaid = {slot: text for slot, text in unsaid.items() if text.casefold() not in said}
    return " ".join(sentences)
