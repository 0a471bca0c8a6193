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
    """What a model words of a draft, as it should read now; `not_granted` says why a wish is not in it.

    Tools, limits and the success measure are the visitor's own words, the tier and every sum are code's.
    """

    model_config = ConfigDict(frozen=True)

    agent_name: CleanText = Field(description="The task in two to five clean words.")
    summary: CleanText = Field(
        description="Two or three plain sentences: what it takes over, what gets better."
    )
    does: Lines = Field(min_length=1, description="What the agent does, one short line for each step.")
    to_look_at: Lines = Field(description="Steps to be looked at together first.")
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
    """The edit with each step that is looked at first there, and not promised."""
    playbook, known = spoken(request, playbook), request.profile.tools
    tools = set(map(folded, known.value)) if known else set()
    looked_at = dict.fromkeys(line for line in edit.to_look_at if folded(line) not in tools)
    looked_at |= dict.fromkeys(line for line in edit.does if is_looked_at_first(line, playbook))
    early = set(map(folded, looked_at))
    does = tuple(line for line in edit.does if folded(line) not in early)
    return edit.model_copy(
        update={"does": does or playbook.proposal.default_does, "to_look_at": tuple(looked_at)}
    )


def with_edit(edit: DraftEdit, request: ProposalRequested, playbook: Playbook) -> Proposal:
    """The proposal in the model's words; what a model does not word is the profile's and the playbook's."""
    written, to_look_at = draft_from_template(request, playbook), _tidy(edit.to_look_at)
    profile, playbook = request.profile, spoken(request, playbook)
    _, tools = sorted_tools(profile.tools.value if profile.tools else (), playbook)
    return written.model_copy(
        update={
            "agent_name": cleaned(edit.agent_name).strip(),
            "summary": cleaned(edit.summary).strip(),
            "does": _tidy(edit.does),
            "to_look_at": tuple(dict.fromkeys((*to_look_at, *tools))),
            "hours_saved_per_week": hours_won(profile, to_look_at, playbook),
            "delivery": cleaned(edit.delivery).strip()
            if words_delivery(request, playbook)
            else written.delivery,
        }
    )


def _tidy(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for line in lines if (text := cleaned(line).strip())))
