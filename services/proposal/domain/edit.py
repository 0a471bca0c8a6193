"""The part of a proposal that a language model may word, and the proposal it makes."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.text import CleanText
from contracts.values import Proposal
from playbook import Playbook
from playbook.claims import cleaned, folded, money_in
from services.proposal.domain.brief import Brief
from services.proposal.domain.draft import draft_from_template, unnamed_in
from services.proposal.domain.hours import hours_won

Lines = Annotated[tuple[CleanText, ...], Field(max_length=10)]


class DraftEdit(BaseModel):
    """What a model words of a draft, as it should read now; `not_granted` says why a wish is not in it.

    Tools, limits and the success measure are the visitor's own words, the tier and every sum are code's.
    """

    model_config = ConfigDict(frozen=True)

    agent_name: CleanText = Field(description="The task in two to five clean words.")
    summary: CleanText = Field(description="Two or three plain sentences: what it takes over and improves.")
    does: Lines = Field(min_length=1, description="What the agent does, one short line for each step.")
    to_look_at: Lines = Field(description="Steps to be looked at together first.")
    not_granted: CleanText | None = Field(description="Why something they ask for is not in the draft.")


def instructions_for(playbook: Playbook) -> str:
    """What a model is told before it edits a draft, in the company's name and voice."""
    company = playbook.company
    # A price is never a model's to write.
    facts = "\n".join(f"- {fact.says}" for fact in playbook.facts.facts if not money_in(folded(fact.says)))
    told = {"company": company.name, "does": company.does, "voice": company.voice, "facts": facts}
    return playbook.prompt.proposal.format_map(told)


def last_draft(brief: Brief) -> DraftEdit:
    """What a model edits: the last draft, the template's where there is none."""
    last = brief.request.last_proposal or draft_from_template(brief)
    steps = _without_tools(last.to_look_at, brief)
    return DraftEdit.model_construct(
        agent_name=last.agent_name, summary=last.summary, does=last.does, to_look_at=steps, not_granted=None
    )


def settled(edit: DraftEdit, brief: Brief) -> DraftEdit:
    """The edit with each step that is looked at first there, and not promised."""
    early = [line for line in edit.does if brief.playbook.is_looked_at_first(line)]
    looked_at = tuple(dict.fromkeys((*_without_tools(edit.to_look_at, brief), *early)))
    known = set(map(folded, looked_at))
    does = tuple(line for line in edit.does if folded(line) not in known) or brief.script.default_does
    return edit.model_copy(update={"does": does, "to_look_at": looked_at})


def with_edit(edit: DraftEdit, brief: Brief) -> Proposal:
    """The proposal in the model's words; what a model does not word is the profile's and the playbook's."""
    steps, tools = _tidy(edit.to_look_at), brief.profile.tools
    _, unsure = brief.sorted_tools(tools.value if tools else ())
    return draft_from_template(brief).model_copy(
        update={
            "agent_name": cleaned(edit.agent_name).strip(),
            "summary": cleaned(edit.summary).strip(),
            "does": _tidy(edit.does),
            "to_look_at": (*steps, *unnamed_in(steps, unsure)),
            "hours_saved_per_week": hours_won(brief, steps),
        }
    )


def _without_tools(lines: tuple[str, ...], brief: Brief) -> tuple[str, ...]:
    """The lines that are none of the visitor's tools."""
    tools = set(map(folded, brief.profile.tools.value)) if brief.profile.tools else set()
    return tuple(line for line in lines if folded(line) not in tools)


def _tidy(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for line in lines if (text := cleaned(line).strip())))
