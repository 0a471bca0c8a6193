"""The part of a proposal that a language model may word, and the proposal it makes."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.events import ProposalRequested
from contracts.text import CleanText
from contracts.values import Proposal
from playbook import Playbook
from playbook.claims import cleaned
from services.proposal.domain.draft import draft_from_template, spoken
from services.proposal.domain.hours import hours_won

Lines = Annotated[tuple[CleanText, ...], Field(max_length=10)]


class DraftEdit(BaseModel):
    """The whole draft as it should read now; `not_granted` says why a wish is not in it."""

    model_config = ConfigDict(frozen=True)

    agent_name: CleanText = Field(
        description="A short name that says what the agent does, at most six words."
    )
    summary: CleanText = Field(
        description="Two or three plain sentences: what it takes over, what gets better."
    )
    does: Lines = Field(min_length=1, description="What the agent does, one short line for each step.")
    out_of_scope: Lines = Field(description="What stays with the visitor's people.")
    integrations: Lines = Field(description="The visitor's tools it works with, as they wrote them.")
    to_look_at: Lines = Field(description="Steps and tools to be looked at together first.")
    success_measure: CleanText | None = Field(description="How the visitor tells that it worked.")
    delivery: CleanText = Field(description="The delivery of the draft, with its numbers in digits.")
    not_granted: CleanText | None = Field(description="Why something they ask for is not in the draft.")


def instructions_for(playbook: Playbook) -> str:
    """What a model is told before it edits a draft, in the company's name and voice."""
    company, what = playbook.company, playbook.proposal.look_at_first.what
    return playbook.prompt.proposal.format(
        company=company.name, does=company.does, voice=company.voice, look_at_first=what
    )


def last_draft(request: ProposalRequested, playbook: Playbook) -> Proposal:
    """What a model edits: the last draft, the template's where there is none."""
    return request.last_proposal or draft_from_template(request, playbook)


def words_delivery(request: ProposalRequested, playbook: Playbook) -> bool:
    """Whether the model words the delivery: only where the playbook does not have the visitor's language."""
    language = request.profile.language
    tag = language.value.casefold().partition("-")[0] if language else playbook.language.code
    return tag != spoken(request, playbook).language.code


def with_edit(edit: DraftEdit, request: ProposalRequested, playbook: Playbook) -> Proposal:
    """The proposal in the model's words; its hours are computed, its delivery is ours in our languages."""
    to_look_at = _tidy(edit.to_look_at)
    worded: dict[str, object] = {
        "agent_name": cleaned(edit.agent_name).strip(),
        "summary": cleaned(edit.summary).strip(),
        "does": _tidy(edit.does),
        "out_of_scope": _tidy(edit.out_of_scope),
        "integrations": _tidy(edit.integrations),
        "to_look_at": to_look_at,
        "success_measure": cleaned(edit.success_measure or "").strip() or None,
        "hours_saved_per_week": hours_won(request.profile, to_look_at, spoken(request, playbook)),
    }
    if words_delivery(request, playbook):
        worded["delivery"] = cleaned(edit.delivery).strip()
    return draft_from_template(request, playbook).model_copy(update=worded)


def _tidy(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for line in lines if (text := cleaned(line).strip())))
