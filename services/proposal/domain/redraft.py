"""The best draft there is when a model's may not be shown as it is: what was good of it, or the last one."""

from contracts.events import ProposalRequested
from contracts.values import Proposal
from playbook import Playbook, claims
from services.proposal.domain.check import Violation, violations_in
from services.proposal.domain.draft import draft_from_template, spoken
from services.proposal.domain.edit import DraftEdit, last_draft
from services.proposal.domain.wish import quoted_wishes
from services.proposal.domain.words import covers, told_in


def without_refused(
    edit: DraftEdit, violations: tuple[Violation, ...], request: ProposalRequested, playbook: Playbook
) -> DraftEdit | None:
    """The draft without its refused texts, with the last draft's in place of those it needs.

    A wish that is not in it is quoted as what is to be worked out. None when even that may not be shown.
    """
    refused, last = {violation.text for violation in violations}, last_draft(request, playbook)
    kept: dict[str, object] = {
        "does": tuple(line for line in edit.does if line not in refused),
        "to_look_at": tuple(line for line in edit.to_look_at if line not in refused),
        "agent_name": last.agent_name if edit.agent_name in refused else edit.agent_name,
        "summary": last.summary if edit.summary in refused else edit.summary,
    }
    if edit.not_granted in refused:
        kept["not_granted"] = None
    if any(violation.rule == "change_wish" for violation in violations):
        wishes = quoted_wishes(request, spoken(request, playbook))
        kept["to_look_at"] = tuple(dict.fromkeys((*edit.to_look_at, *wishes)))
    mended = edit.model_copy(update=kept)
    left = {violation.rule for violation in violations_in(mended, request, playbook)}
    return None if left - {"change_wish"} or not mended.does else mended


def draft_from_last(request: ProposalRequested, playbook: Playbook) -> Proposal:
    """The last draft with what is known now; the template's where none was worded for this task."""
    written, last = draft_from_template(request, playbook), request.last_proposal
    playbook = spoken(request, playbook)
    if last is None or not _fits(last, request, playbook):
        return written
    ours = (*playbook.proposal.default_does, *playbook.proposal.always_does)
    still = last_draft(request, playbook).to_look_at
    does = [line for line in last.does if not any(covers(line, item) for item in written.out_of_scope)]
    standing = "\n".join((*does, *still))
    new = [step for step in written.does if step not in ours and not covers(standing, step)]
    outdated = claims.invented(last.summary, told_in(request.profile))
    return written.model_copy(
        update={
            "agent_name": last.agent_name,
            "summary": written.summary if outdated else last.summary,
            "does": (*does, *new),
            "to_look_at": tuple(dict.fromkeys((*still, *written.to_look_at))),
        }
    )


def _fits(last: Proposal, request: ProposalRequested, playbook: Playbook) -> bool:
    """Whether the last draft was worded by a model, and for the task that is known now."""
    openings = tuple(text.partition("{")[0] for text in playbook.proposal.summary[0])
    if last.summary.startswith(openings):
        return False
    task = request.profile.task
    whole = "\n".join((last.agent_name, last.summary, *last.does))
    return task is None or any(covers(whole, word) for word in task.value.split())
