"""The part of a proposal that a language model may word, and the proposal it makes."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.text import CleanText
from contracts.values import Proposal
from playbook import Playbook
from playbook.claims import cleaned, folded, invented, money_in
from playbook.kept_parts import takes_over
from playbook.phrasing import covers, mostly_covers, slot_in_phrases, texts_of
from playbook.programs import fully_named, tools_of, unmarked, without_tools
from playbook.steps import MOST_STEPS, in_one_list_each
from services.proposal.domain.brief import Brief
from services.proposal.domain.draft import draft_from_template, hours_won, sorted_tools

Lines = Annotated[tuple[CleanText, ...], Field(max_length=10)]


class DraftEdit(BaseModel):
    """What a model words of a draft, as it should read now; `not_granted` says why a wish is not in it.

    Tools, limits and the success measure are the visitor's own words, the tier and every sum are code's.
    Of `integrations` only those count that the visitor named, in this order.
    """

    model_config = ConfigDict(frozen=True)

    agent_name: CleanText = Field(description="The task in two to five clean words.")
    summary: CleanText = Field(description="Two or three plain sentences: what it takes over and improves.")
    does: Lines = Field(min_length=1, description="What the agent does, one short line for each step.")
    to_look_at: Lines = Field(description="Steps to be looked at together first.")
    integrations: Lines = Field(default=(), description="Their programs, the first one first.")
    not_granted: CleanText | None = Field(description="Why something they ask for is not in the draft.")


def instructions_for(playbook: Playbook) -> str:
    """What a model is told before it edits a draft, in the company's name and voice."""
    company = playbook.company
    # A price is never a model's to write.
    facts = "\n".join(one.says for one in playbook.facts.of_the_work if not money_in(folded(one.says)))
    told = {"company": company.name, "does": company.does, "voice": company.voice, "facts": facts}
    return playbook.prompt.proposal.format_map(told)


def last_draft(brief: Brief) -> DraftEdit:
    """What a model edits: the last draft, the template's where there is none."""
    last = brief.request.last_proposal or draft_from_template(brief)
    steps = without_tools(last.to_look_at, brief.profile)
    kept = last.model_dump(include={"agent_name", "summary", "integrations"})
    does = unmarked(last.does, brief.playbook)
    return DraftEdit.model_construct(**kept, does=does, to_look_at=steps, not_granted=None)


def settled(edit: DraftEdit, brief: Brief) -> DraftEdit:
    """The edit as it may stand: clean, with each step that is looked at first there, and not promised."""
    does, steps = _tidy(edit.does, brief), without_tools(_tidy(edit.to_look_at, brief), brief.profile)
    looked_at = tuple(dict.fromkeys((*steps, *filter(brief.playbook.looked_at_first, does))))
    early = set(map(folded, looked_at))
    does = tuple(line for line in does if folded(line) not in early)
    worded = {"agent_name": cleaned(edit.agent_name).strip(), "summary": cleaned(edit.summary).strip()}
    return edit.model_copy(update={**worded, "does": does, "to_look_at": looked_at})


def with_edit(edit: DraftEdit, brief: Brief) -> Proposal:
    """The proposal in the model's words; what a model does not word is the profile's and the playbook's."""
    integrations, unsure = sorted_tools(brief, edit.integrations, edit.to_look_at)
    worded = edit.model_dump(include={"agent_name", "summary", "does"}) | {"done_today": None}
    others = {
        "out_of_scope": slot_in_phrases(brief.profile.out_of_scope)[:MOST_STEPS],
        "success_measure": " ".join(slot_in_phrases(brief.profile.success_measure)) or None,
        "integrations": integrations,
        "to_look_at": (*edit.to_look_at, *unsure),
        "hours_saved_per_week": hours_won(brief, edit.to_look_at),
    }
    proposal = draft_from_template(brief).model_copy(update=worded | others)
    return in_one_list_each(proposal, brief.profile, brief.playbook)


def keeps_last(brief: Brief) -> bool:
    """Whether a draft without a model keeps the words that a model gave the last one."""
    last = brief.request.last_proposal
    return last is not None and _still_fits(last, brief)


def draft_from_last(brief: Brief) -> Proposal:
    """The last draft with what is known now; the template's where none was worded for this task."""
    written, last = draft_from_template(brief), brief.request.last_proposal
    if last is None or not keeps_last(brief):
        return written
    does, still = last_draft(brief).does, last_draft(brief).to_look_at
    does = tuple(line for line in does if not takes_over(line, written.out_of_scope, brief.playbook))
    named = brief.playbook.looked_at_first("\n".join(still))
    worded: dict[str, object] = {
        "agent_name": last.agent_name,
        "summary": last.summary,
        "does": does,
        "to_look_at": (*still, *(item for item in written.to_look_at if item not in named)),
    }
    if all(mostly_covers("\n".join((*does, *still)), step) for step in texts_of(brief.profile.steps)):
        worded["done_today"] = None
    return in_one_list_each(written.model_copy(update=worded), brief.profile, brief.playbook)


def _still_fits(last: Proposal, brief: Brief) -> bool:
    """Whether a model worded it, for the task that is known now, with no figure that no longer holds."""
    ours = tuple(text.partition("{")[0] for text in brief.script.summary[0])
    if last.summary.startswith(ours) or invented(last.summary, brief.told):
        return False
    task, whole = brief.profile.task, "\n".join((last.agent_name, last.summary, *last.does))
    return task is None or any(covers(whole, word) for word in task.value.split())


def _tidy(lines: tuple[str, ...], brief: Brief) -> tuple[str, ...]:
    texts = (fully_named(cleaned(line).strip(), tools_of(brief.profile), brief.playbook) for line in lines)
    return tuple(dict.fromkeys(filter(None, texts)))
