"""The part of a proposal that a language model may word, and the proposal it makes."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.events import ProposalRequested
from contracts.text import CleanText
from contracts.values import Proposal
from playbook import Playbook
from playbook.claims import cleaned, folded, money_in
from services.proposal.domain.draft import draft_from_template, is_looked_at_first, sorted_tools, spoken
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
    integrations: Lines = Field(description="The visitor's tools an agent works with today.")
    to_look_at: Lines = Field(description="Every other tool, and steps to look at first.")
    success_measure: CleanText | None = Field(description="How the visitor tells that it worked.")
    delivery: CleanText = Field(description="The delivery of the draft, with its numbers in digits.")
    not_granted: CleanText | None = Field(description="Why something they ask for is not in the draft.")


def instructions_for(playbook: Playbook) -> str:
    """What a model is told before it edits a draft, in the company's name and voice."""
    company = playbook.company
    # A price is never a model's to write.
    facts = "\n".join(f"- {fact.says}" for fact in playbook.facts.facts if not money_in(folded(fact.says)))
    return playbook.prompt.proposal.format(
        company=company.name, does=company.does, voice=company.voice, facts=facts
    )


def last_draft(request: ProposalRequested, playbook: Playbook) -> Proposal:
    """What a model edits: the last draft, the template's where there is none."""
    return request.last_proposal or draft_from_template(request, playbook)


def words_delivery(request: ProposalRequested, playbook: Playbook) -> bool:
    """Whether the model words the delivery: only where the playbook does not have the visitor's language."""
    language = request.profile.language
    tag = language.value.casefold().partition("-")[0] if language else playbook.language.code
    return tag != spoken(request, playbook).language.code


def settled(edit: DraftEdit, request: ProposalRequested, playbook: Playbook) -> DraftEdit:
    """The edit with each tool and step that is looked at first there, and with neither promised."""
    playbook = spoken(request, playbook)
    looked_at = set(map(folded, edit.to_look_at))
    tools, unsure = sorted_tools(edit.integrations, playbook)
    early = [line for line in edit.does if is_looked_at_first(line, playbook) or folded(line) in looked_at]
    return edit.model_copy(
        update={
            "does": tuple(line for line in edit.does if line not in early) or playbook.proposal.default_does,
            "integrations": tuple(tool for tool in tools if folded(tool) not in looked_at),
            "to_look_at": tuple(dict.fromkeys((*edit.to_look_at, *early, *unsure))),
        }
    )


def with_edit(edit: DraftEdit, request: ProposalRequested, playbook: Playbook) -> Proposal:
    """The proposal in the model's words; its hours are computed, its delivery is ours in our languages."""
    to_look_at, known = _tidy(edit.to_look_at), request.profile.tools
    tools = {folded(tool) for tool in known.value} if known else set()
    steps_to_look_at = [line for line in to_look_at if folded(line) not in tools]
    worded: dict[str, object] = {
        "agent_name": cleaned(edit.agent_name).strip(),
        "summary": cleaned(edit.summary).strip(),
        "does": _tidy(edit.does),
        "out_of_scope": _tidy(edit.out_of_scope),
        "integrations": _tidy(edit.integrations),
        "to_look_at": to_look_at,
        "success_measure": cleaned(edit.success_measure or "").strip() or None,
        "hours_saved_per_week": hours_won(request.profile, steps_to_look_at, spoken(request, playbook)),
    }
    if words_delivery(request, playbook):
        worded["delivery"] = cleaned(edit.delivery).strip()
    return draft_from_template(request, playbook).model_copy(update=worded)


def _tidy(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for line in lines if (text := cleaned(line).strip())))
