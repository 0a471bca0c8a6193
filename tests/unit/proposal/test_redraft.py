"""A redraft without usable words of a model: the last good draft with what is known now."""

import pytest

from contracts.values import Profile, Proposal
from services.proposal.domain.brief import Brief
from services.proposal.domain.edit import draft_from_last
from tests.unit.proposal.builders import PLAYBOOK, a_request, clinic, drafted, told

WORDED = drafted(a_request()).model_copy(
    update={
        "agent_name": "Appointment Desk",
        "summary": "While you treat patients, it answers the appointment emails.",
        "does": ("reads the email", "checks the calendar", "suggests a time", "handles refunds"),
    }
)


def redrafted(last: Proposal = WORDED, *, wish: str | None = None, **changes: object) -> Proposal:
    profile = clinic().model_copy(update=changes)
    return draft_from_last(Brief.of(a_request(profile, change_wish=wish, last_proposal=last), PLAYBOOK))


def test_the_words_of_the_last_draft_stay() -> None:
    draft = redrafted(wish="also send reminders", hours_per_week=told(8.0))

    assert (draft.agent_name, draft.summary) == (WORDED.agent_name, WORDED.summary)
    assert draft.does == WORDED.does
    assert draft.hours_now_per_week == 8.0
    assert draft.to_look_at == ("your wish, to be worked out together: also send reminders",)


def test_what_is_known_now_is_in_it() -> None:
    draft = redrafted(
        steps=told(("read the email", "check the calendar", "send a reminder")),
        out_of_scope=told(("refunds",)),
        tools=told(("Gmail", "MoveMan")),
    )

    assert "send a reminder" in draft.does
    assert "handles refunds" not in draft.does
    assert draft.out_of_scope == ("refunds",)
    assert (draft.integrations, draft.to_look_at) == (("Gmail",), ("MoveMan",))


@pytest.mark.parametrize(
    ("last", "changes"),
    [
        (drafted(a_request(Profile())), {}),
        (WORDED, {"task": told("chasing invoices")}),
    ],
    ids=["never worded", "of another task"],
)
def test_the_template_speaks_where_the_last_draft_does_not_fit(
    last: Proposal, changes: dict[str, object]
) -> None:
    request = a_request(clinic().model_copy(update=changes))

    assert redrafted(last, **changes) == drafted(request)


def test_a_summary_with_a_figure_that_no_longer_holds_is_not_kept() -> None:
    last = WORDED.model_copy(update={"summary": "It frees your team of 16."})

    assert "16" not in redrafted(last).summary
