"""The best draft there is when a model's may not be shown as it is: what was good of it, or the last one."""

from contracts.values import Proposal
from playbook import claims
from services.proposal.domain.brief import Brief
from services.proposal.domain.check import Violation, violations_in
from services.proposal.domain.draft import draft_from_template
from services.proposal.domain.edit import DraftEdit, last_draft
from services.proposal.domain.words import covers


def without_refused(edit: DraftEdit, violations: tuple[Violation, ...], brief: Brief) -> DraftEdit | None:
    """The draft without its refused texts, with the last draft's in place of those it needs.

    A wish that is not in it is quoted as what is to be worked out. None when even that may not be shown.
    """
    refused, last = {violation.text for violation in violations}, last_draft(brief)
    is_wish_missed = any(violation.rule == "change_wish" for violation in violations)
    to_look_at = [line for line in edit.to_look_at if line not in refused]
    mended = edit.model_copy(
        update={
            "agent_name": last.agent_name if edit.agent_name in refused else edit.agent_name,
            "summary": last.summary if edit.summary in refused else edit.summary,
            "does": tuple(line for line in edit.does if line not in refused),
            "to_look_at": tuple(dict.fromkeys((*to_look_at, *(brief.wish_lines if is_wish_missed else ())))),
            "not_granted": None if edit.not_granted in refused else edit.not_granted,
        }
    )
    left = {violation.rule for violation in violations_in(mended, brief)}
    return None if left - {"change_wish"} or not mended.does else mended


def draft_from_last(brief: Brief) -> Proposal:
    """The last draft with what is known now; the template's where none was worded for this task."""
    written, last = draft_from_template(brief), brief.request.last_proposal
    if last is None or not _fits(last, brief):
        return written
    ours = (*brief.script.default_does, *brief.script.always_does)
    still = last_draft(brief).to_look_at
    does = [line for line in last.does if not any(covers(line, item) for item in written.out_of_scope)]
    standing = "\n".join((*does, *still))
    new = [step for step in written.does if step not in ours and not covers(standing, step)]
    is_outdated = claims.invented(last.summary, brief.told)
    return written.model_copy(
        update={
            "agent_name": last.agent_name,
            "summary": written.summary if is_outdated else last.summary,
            "does": (*does, *new),
            "to_look_at": tuple(dict.fromkeys((*still, *written.to_look_at))),
        }
    )


def _fits(last: Proposal, brief: Brief) -> bool:
    """Whether the last draft was worded by a model, and for the task that is known now."""
    openings = tuple(text.partition("{")[0] for text in brief.script.summary[0])
    task, whole = brief.profile.task, "\n".join((last.agent_name, last.summary, *last.does))
    is_of_task = task is None or any(covers(whole, word) for word in task.value.split())
    return is_of_task and not last.summary.startswith(openings)
