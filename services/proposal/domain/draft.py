"""Writes a proposal without a model: the playbook's lines, and what the visitor said as a quote."""

from collections.abc import Iterable, Mapping, Sequence

from contracts.values import Proposal
from playbook import ProposalScript, once_for_each, phrasing, placeholders
from playbook.kept_parts import takes_over
from playbook.programs import ToolLists, in_order, tool_lists
from playbook.steps import MOST_STEPS, in_one_list_each
from playbook.target import hours_saved
from playbook.task_kinds import is_telling, name_of_task, task_kind
from services.proposal.domain.brief import Brief
from services.proposal.domain.tier import tier_for


# The model's draft is made from it, checked against it and filled up with it.
@once_for_each
def draft_from_template(brief: Brief) -> Proposal:
    """Say what is known and leave out what is not."""
    profile, playbook, script = brief.profile, brief.playbook, brief.script
    told = (*phrasing.texts_of(profile.task), *phrasing.texts_of(profile.challenge))
    steps = phrasing.texts_of(profile.steps)
    kind = task_kind((*told, *steps), playbook)
    to_look_at = playbook.looked_at_first("\n".join((*told, *steps)))
    is_unsure = playbook.looked_at_first("\n".join(told[:1]))
    does = kind.does if kind else () if is_unsure else script.default_does
    kept = phrasing.slot_as_said(profile.out_of_scope, playbook)[:MOST_STEPS]
    integrations, unsure = sorted_tools(brief, (), to_look_at)
    task = name_of_task(" ".join(phrasing.texts_of(profile.task)), kind, playbook)
    words = phrasing.sayable(profile, playbook)
    named = {slot: said for slot, said in words.items() if slot != "task"} | ({"task": task} if task else {})
    words |= {"task": task} if task and kind and not is_telling(profile.task) else {}
    name = phrasing.first_sayable(script.agent_name, named) or script.agent_name[-1]
    quoted = script.nameless.quotable(phrasing.phrase("\n".join(steps), phrasing.LONGEST_QUOTE))
    proposal = Proposal(
        agent_name=name.format_map(named),
        summary=_summary(script, words),
        does=(*(line for line in does if not takes_over(line, kept, playbook)), *script.always_does),
        out_of_scope=kept,
        integrations=integrations,
        hours_now_per_week=profile.hours_per_week.value if profile.hours_per_week else None,
        hours_saved_per_week=hours_won(brief, to_look_at),
        success_measure=" ".join(phrasing.slot_as_said(profile.success_measure, playbook)) or None,
        delivery=script.delivery,
        to_look_at=(*to_look_at, *unsure),
        done_today=quoted or None,
    )
    return in_one_list_each(proposal, profile, playbook)


def sorted_tools(brief: Brief, first: Sequence[str], lines: Iterable[str]) -> ToolLists:
    """What an agent works with and what to look at; the last draft's order stays if none is wished for."""
    profile, playbook, request = brief.profile, brief.playbook, brief.request
    had = request.last_proposal.integrations if request.last_proposal else ()
    first = in_order(first, had, request.change_wish or "", profile=profile, playbook=playbook)
    tier = tier_for(profile, playbook, chosen_tier=request.chosen_tier)
    return tool_lists(profile, playbook, first=first, room=tier.integrations, lines=lines)


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


def _summary(script: ProposalScript, words: Mapping[str, str]) -> str:
    """One sentence of each group; what was said in one is not repeated by the next."""
    unsaid, sentences = dict(words), list[str]()
    for group in script.summary:
        if template := phrasing.first_sayable(group, unsaid):
            sentences.append(phrasing.sentence(template.format_map(unsaid)))
            said = {unsaid[slot].casefold() for slot in placeholders(template)}
            unsaid = {slot: text for slot, text in unsaid.items() if text.casefold() not in said}
    return " ".join(sentences)
