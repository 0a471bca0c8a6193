"""A proposal written without a model."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Profile
from services.proposal.domain import draft_from_template
from tests.unit.proposal.builders import PLAYBOOK, a_request, clinic, told

phrases = st.text(max_size=300)
filled: dict[str, st.SearchStrategy[Any]] = {
    "business_type": phrases,
    "team_size": st.integers(0, 10**9),
    "challenge": phrases,
    "time_wasters": st.lists(phrases, max_size=20).map(tuple),
    "tools": st.lists(phrases, max_size=20).map(tuple),
    "task": phrases,
    "steps": st.lists(phrases, max_size=20).map(tuple),
    "out_of_scope": st.lists(phrases, max_size=20).map(tuple),
    "hours_per_week": st.floats(0, 168),
    "success_measure": phrases,
}
profiles = st.fixed_dictionaries(
    {}, optional={name: values.map(told) for name, values in filled.items()}
).map(lambda slots: Profile(**slots))


def test_a_proposal_is_written_in_the_visitors_own_words() -> None:
    proposal = draft_from_template(a_request(), PLAYBOOK)

    assert proposal.agent_name == "Answering Appointment Emails Agent"
    assert proposal.summary == (
        "A first AI agent for your business (a dental clinic). "
        "It takes one task off your team: answering appointment emails. "
        "What it should make better: patients wait too long for an answer."
    )
    assert proposal.does == (
        "read the email",
        "check the calendar",
        "suggest a time",
        "handle refunds",
        "asks a person on your team whenever it is unsure",
    )
    assert proposal.out_of_scope == ("medical questions",)
    assert proposal.integrations == ("Gmail", "Google Calendar")
    assert proposal.hours_now_per_week == 6.0
    assert proposal.success_measure == "replies within an hour"


def test_a_visitor_who_told_nothing_still_gets_a_proposal() -> None:
    proposal = draft_from_template(a_request(Profile()), PLAYBOOK)

    assert proposal.agent_name == "Your First AI Agent"
    assert proposal.summary == (
        "A first AI agent for your business. "
        "It takes over one repetitive task, which we choose together at the start."
    )
    assert proposal.does == (*PLAYBOOK.proposal.default_does, *PLAYBOOK.proposal.always_does)
    assert proposal.hours_now_per_week is None
    assert proposal.success_measure is None


def test_what_the_visitor_left_out_is_not_what_the_agent_does() -> None:
    profile = clinic().model_copy(update={"out_of_scope": told(("Handle refunds",))})

    proposal = draft_from_template(a_request(profile), PLAYBOOK)

    assert "handle refunds" not in proposal.does
    assert proposal.out_of_scope == ("Handle refunds",)


def test_a_proposal_is_written_in_the_visitors_language_where_the_playbook_has_it() -> None:
    profile = clinic().model_copy(update={"steps": told(("note le nom",)), "language": told("fr-CA")})

    proposal = draft_from_template(a_request(profile), PLAYBOOK)

    french = PLAYBOOK.spoken_in("fr").proposal
    assert proposal.does == ("note le nom", *french.always_does)
    assert proposal.delivery == french.delivery


@pytest.mark.parametrize(
    ("language", "step", "tool"),
    [
        ("en", "call the patient back", "paper form"),
        ("es", "llamar al paciente", "formulario en papel"),
        ("de", "Rückruf beim Patienten", "Formular auf Papier"),
        ("fr", "appeler le patient", "formulaire papier"),
        ("pt", "ligar para o paciente", "formulário em papel"),
    ],
)
def test_what_needs_a_telephone_or_paper_is_looked_at_together_first(
    language: str, step: str, tool: str
) -> None:
    slots = {"steps": told((step, "Gmail")), "tools": told((tool, "Gmail")), "language": told(language)}

    proposal = draft_from_template(a_request(clinic().model_copy(update=slots)), PLAYBOOK)

    assert step in proposal.to_look_at
    assert step not in proposal.does
    assert tool in proposal.to_look_at
    assert proposal.integrations == ("Gmail",)


@pytest.mark.parametrize("step", ["note the phone number", "answer on WhatsApp Business"])
def test_what_an_agent_does_today_is_not_looked_at_first(step: str) -> None:
    profile = clinic().model_copy(update={"steps": told((step,))})

    proposal = draft_from_template(a_request(profile), PLAYBOOK)

    assert proposal.to_look_at == ()
    assert step in proposal.does


def test_no_hours_are_won_while_a_step_is_to_be_looked_at() -> None:
    slots = {"hours_per_week": told(25.0), "success_measure": told("under 5 hours a week")}
    certain = clinic().model_copy(update=slots)
    uncertain = certain.model_copy(update={"steps": told(("call the patient",))})

    proposals = [draft_from_template(a_request(profile), PLAYBOOK) for profile in (certain, uncertain)]

    assert [proposal.hours_saved_per_week for proposal in proposals] == [20.0, None]


def test_a_challenge_that_is_the_task_is_said_once() -> None:
    proposal = draft_from_template(
        a_request(Profile(task=told("Invoicing"), challenge=told("invoicing"))), PLAYBOOK
    )

    assert proposal.summary.casefold().count("invoicing") == 1


def test_a_long_task_does_not_become_the_agents_name() -> None:
    task = "going through all the emails that come in over the weekend"

    proposal = draft_from_template(a_request(Profile(task=told(task))), PLAYBOOK)

    assert proposal.agent_name == "Your First AI Agent"
    assert task in proposal.summary


def test_names_of_products_keep_their_capitals() -> None:
    proposal = draft_from_template(a_request(Profile(task=told("the updates of HubSpot"))), PLAYBOOK)

    assert proposal.agent_name == "The Updates Of HubSpot Agent"


def test_links_and_markup_of_a_visitor_do_not_reach_the_proposal() -> None:
    task = "answering <b>emails</b> [here](https://evil.example/x) www.evil.example {price}"

    proposal = draft_from_template(a_request(Profile(task=told(task))), PLAYBOOK)

    assert "evil" not in proposal.summary
    assert not set("<>[]{}") & set(proposal.summary)


@given(profile=profiles)
def test_any_subset_of_the_profile_makes_a_whole_proposal(profile: Profile) -> None:
    proposal = draft_from_template(a_request(profile), PLAYBOOK)

    assert proposal.agent_name.strip()
    assert proposal.summary.endswith((".", "!", "?", "…"))
    assert proposal.does
    assert not re.search(r"[{}]|  ", proposal.summary)


@given(profile=profiles, wish=st.none() | phrases)
def test_every_number_is_one_the_visitor_said_or_the_playbook_has(profile: Profile, wish: str | None) -> None:
    proposal = draft_from_template(a_request(profile, change_wish=wish), PLAYBOOK)

    sources = (profile.model_dump_json(), wish or "", PLAYBOOK.proposal.model_dump_json())
    given_digits = "\n".join(sources)
    said = (
        proposal.agent_name,
        proposal.summary,
        *proposal.does,
        *proposal.out_of_scope,
        *proposal.to_look_at,
    )
    for number in re.findall(r"[0-9]+", "\n".join((*said, *proposal.integrations, proposal.delivery))):
        assert number in given_digits
