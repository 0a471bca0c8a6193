"""A proposal written without a model."""

import re
from typing import Any

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
        "reads the email",
        "checks the calendar",
        "suggests a time",
        "handles refunds",
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

    assert "handles refunds" not in proposal.does
    assert proposal.out_of_scope == ("Handle refunds",)


def test_a_visitor_of_another_language_keeps_their_own_phrases() -> None:
    profile = clinic().model_copy(update={"steps": told(("note le nom", "send it")), "language": told("fr")})

    proposal = draft_from_template(a_request(profile), PLAYBOOK)

    assert proposal.does[:2] == ("note le nom", "send it")


def test_the_hours_won_are_the_difference_of_what_the_visitor_told() -> None:
    told_both = {"hours_per_week": told(25.0), "success_measure": told("under 5 hours")}

    proposal = draft_from_template(a_request(clinic().model_copy(update=told_both)), PLAYBOOK)

    assert proposal.hours_now_per_week == 25.0
    assert proposal.hours_saved_per_week == 20.0


def test_a_bare_number_stays_bare_where_it_is_not_known_to_be_hours() -> None:
    measure = {"success_measure": told("no-shows down to 5")}

    proposal = draft_from_template(a_request(clinic().model_copy(update=measure)), PLAYBOOK)

    assert proposal.success_measure == "no-shows down to 5"


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

    assert proposal.agent_name == "Updates of HubSpot Agent"


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


measures = phrases | st.builds(
    "{} {}{}".format,
    st.sampled_from(("under", "down to", "save", "from 30 to", "half the", "replies within")),
    st.integers(0, 200),
    st.sampled_from(("", " hours", " hours a week", "%", " minutes", " no-shows")),
)


@given(profile=profiles, wish=st.none() | phrases)
def test_every_number_is_one_the_visitor_said_or_the_playbook_has(profile: Profile, wish: str | None) -> None:
    proposal = draft_from_template(a_request(profile, change_wish=wish), PLAYBOOK)

    sources = (profile.model_dump_json(), wish or "", PLAYBOOK.proposal.model_dump_json())
    given_digits = "\n".join(sources)
    said = (proposal.agent_name, proposal.summary, *proposal.does, *proposal.out_of_scope, proposal.delivery)
    for number in re.findall(r"[0-9]+", "\n".join((*said, *proposal.integrations))):
        assert number in given_digits


@given(hours=st.none() | st.floats(0, 168), measure=st.none() | measures)
def test_hours_won_are_only_ever_a_sum_of_the_visitors_own_numbers(
    hours: float | None, measure: str | None
) -> None:
    profile = Profile(
        hours_per_week=None if hours is None else told(hours),
        success_measure=None if measure is None else told(measure),
    )

    saved = draft_from_template(a_request(profile), PLAYBOOK).hours_saved_per_week

    if saved is not None:
        assert hours is not None and measure is not None
        named = [float(number) for number in re.findall(r"[0-9]+", measure)]
        sums = [hours / 2, *named, *(hours - number for number in named)]
        assert 0 <= saved <= hours + 0.01
        assert any(abs(saved - value) < 0.01 for value in sums)
