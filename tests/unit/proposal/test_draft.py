"""A proposal written without a model."""

import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Profile, Proposal
from playbook import claims
from playbook.translation import lines_of
from services.proposal.domain.brief import Brief
from services.proposal.domain.draft import draft_from_template
from services.proposal.domain.edit import DraftEdit, draft_from_last, settled, with_edit
from services.proposal.domain.tier import recommend_tier
from tests.unit.proposal.builders import PLAYBOOK, a_brief, a_request, clinic, drafted, told, visitor

Words = tuple[str, ...]
SCRIPT = PLAYBOOK.proposal
APPOINTMENTS = PLAYBOOK.task_kinds[0]
phrases = st.text(max_size=300)
lists = st.lists(phrases, max_size=20).map(tuple)
filled: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("business_type", "challenge", "task", "success_measure"), phrases),
    **dict.fromkeys(("time_wasters", "tools", "steps", "out_of_scope"), lists),
    "team_size": st.integers(0, 10**9),
    "hours_per_week": st.floats(0, 168),
}
profiles = st.fixed_dictionaries({}, optional=filled).map(lambda known: visitor(**known))


# What is known of a visitor and what the proposal shows, each under the claim that it holds.
CASES = [
    pytest.param(case["of"], case["is"], id=f"{claim}: {number}")
    for claim, held in yaml.safe_load(Path(__file__).with_name("drafts.yaml").read_text("utf-8")).items()
    for number, case in enumerate(held)
]


def slot(value: Any) -> Any:
    """A slot as the cases write it: its value, or its value with words and a range."""
    said = value if isinstance(value, dict) else {"value": value}
    return told(**{name: tuple(part) if isinstance(part, list) else part for name, part in said.items()})


def edited(brief: Brief, **changes: Any) -> Proposal:
    words = {"agent_name": "A", "summary": "B.", "does": ("reads mail",), "to_look_at": ()}
    edit = DraftEdit.model_validate({**words, "not_granted": None, **changes})
    return with_edit(settled(edit, brief), brief)


def test_a_proposal_is_written_in_our_lines_and_quotes_the_visitor() -> None:
    assert drafted() == Proposal(
        agent_name="AI agent: booking appointments",
        summary="A first AI agent for your business (a dental clinic). "
        "It takes one task off your team: booking appointments.",
        does=(*APPOINTMENTS.does, "asks a person on your team whenever it is unsure"),
        out_of_scope=("medical questions",),
        integrations=("Gmail", "Google Calendar"),
        hours_now_per_week=6.0,
        success_measure="replies within an hour",
        delivery=SCRIPT.delivery,
        done_today="read the email; check the calendar; suggest a time; handle refunds",
    )
    # Who told nothing gets one as well.
    summary = "It takes over one repetitive task, which we choose together at the start."
    known = {"agent_name": "Your First AI Agent", "summary": f"A first AI agent for your business. {summary}"}
    known |= dict.fromkeys(("hours_now_per_week", "success_measure")) | {"delivery": SCRIPT.delivery}
    lists = {"does": (*SCRIPT.default_does, *SCRIPT.always_does), "out_of_scope": (), "integrations": ()}
    assert drafted(Profile()) == Proposal(**known, **lists)


@pytest.mark.parametrize(("of", "shows"), CASES)
def test_the_template_makes_of_a_visitor(of: dict[str, Any], shows: dict[str, Any]) -> None:
    profile = visitor(**{name: slot(value) for name, value in of.items() if name != "change_wish"})
    always = PLAYBOOK.spoken_in(of.get("language")).proposal.always_does
    shown = drafted(profile, change_wish=of.get("change_wish")).model_dump(mode="json", include=set(shows))
    if "does" in shown:
        shown["does"] = [line for line in shown["does"] if line not in always]
    assert shown == shows


def test_links_and_markup_of_a_visitor_do_not_reach_the_proposal() -> None:
    task = "answering <b>emails</b> [here](https://evil.example/x) www.evil.example {price}"
    summary = drafted(visitor(task=task)).summary
    assert not [sign for sign in ("evil", *"<>[]{}") if sign in summary]


SUMMARY = "While you treat patients, it answers the appointment emails."
DOES = ("reads the email", "checks the calendar", "suggests a time", "handles refunds")
WORDS = {"agent_name": "Appointment Desk", "summary": SUMMARY, "does": DOES, "done_today": None}
WORDED = drafted().model_copy(update=WORDS)


def redrafted(profile: Profile, last: Proposal = WORDED, wish: str | None = None) -> Proposal:
    return draft_from_last(a_brief(profile, last_proposal=last, change_wish=wish))


def test_a_redraft_without_a_model_keeps_the_words_of_the_last_draft_and_has_what_is_known_now() -> None:
    steps = ("read the email", "check the calendar", "send a reminder")
    kept = redrafted(clinic(hours_per_week=8.0), wish="also send reminders")
    draft = redrafted(clinic(steps=steps, out_of_scope=("refunds",), tools=("Gmail", "MoveMan")))

    assert kept == WORDED.model_copy(update={"hours_now_per_week": 8.0})
    assert draft.done_today is not None
    assert "send a reminder" in draft.done_today
    assert "handles refunds" not in draft.does
    assert draft.out_of_scope == ("refunds",)
    assert (draft.integrations, draft.to_look_at) == (("Gmail",), ("MoveMan",))


def test_the_template_speaks_where_the_last_draft_does_not_fit() -> None:
    other_task, outdated = clinic(task="chasing invoices"), {"summary": "It frees your team of 16."}
    assert redrafted(clinic(), last=drafted(Profile())) == drafted(clinic()), "never worded"
    assert redrafted(other_task, last=WORDED) == drafted(other_task), "of another task"
    assert redrafted(clinic(), last=WORDED.model_copy(update=outdated)) == drafted(clinic()), "a wrong figure"


listed_tools = st.lists(st.sampled_from(["Gmail", "forms", "formulier", "MoveMan", "WhatsApp", "Excel"]))
lines = st.sampled_from(["send the report", "Gmail", "check forms", "call them", "MoveMan", "Excel"])
shared = st.lists(lines)


known_lists = {"tools": listed_tools, "steps": shared, "out_of_scope": shared}


@given(
    known=st.fixed_dictionaries({}, optional=known_lists),
    worded=st.tuples(shared, listed_tools),
    chosen=st.sampled_from(["growth", None]),
)
def test_the_same_thing_never_stands_in_two_lists(known: Any, worded: Any, chosen: str | None) -> None:
    tools, (unsure, first) = known.get("tools", ()), (lines[:5] for lines in worded)
    slots = {name: tuple(value) for name, value in known.items() if value}
    brief = a_brief(visitor(**slots), chosen_tier=chosen)
    does = ("reads mail", *known.get("steps", [])[:5])

    worded_by_model = edited(brief, does=does, to_look_at=unsure, integrations=first)
    for proposal in (draft_from_template(brief), worded_by_model):
        lists = (proposal.does, proposal.out_of_scope, proposal.to_look_at, proposal.integrations)
        said = [claims.folded(line) for each in lists for line in each]
        assert len(said) == len(set(said))
        assert set(proposal.integrations) <= set(tools)
        assert len(proposal.integrations) <= (5 if chosen else 2)


@pytest.mark.parametrize(
    ("tools", "first", "shown"),
    [
        (("Forms", "Excel", "Outlook"), (), ("Forms", "Excel")),
        (("Outlook", "Excel", "Google Form"), ("Google Form", "Excel"), ("Google Form", "Excel")),
        (("Outlook", "Nextcloud", "Excel"), ("Nextcloud", "SAP"), ("Outlook",)),
        (("Nextcloud", "Forms", "Outlook"), (), ("Forms", "Outlook")),
    ],
)
def test_the_draft_says_which_named_programs_come_first(tools: Words, first: Words, shown: Words) -> None:
    brief = a_brief(visitor(tools=tools))
    proposal = edited(brief, integrations=first)
    would_change = recommend_tier(brief.profile, PLAYBOOK, proposal=proposal).would_change
    assert proposal.integrations == shown
    assert set(proposal.to_look_at) <= {"Nextcloud"}
    assert "Starter connects 2 programs, first " in would_change


@pytest.mark.parametrize(
    ("work", "shown"),
    [
        ({"steps": ("answer in Outlook", "note it in the calendar")}, ("Google Calendar", "Outlook")),
        ({"task": "filling in the Excel list"}, ("Forms", "Excel")),
        ({"success_measure": "Outlook is empty"}, ("Forms", "Outlook")),
    ],
)
def test_the_programs_that_the_work_names_come_first(work: dict[str, Any], shown: Words) -> None:
    tools = ("Forms", "Google Calendar", "Excel", "Outlook")
    assert drafted(visitor(tools=tools, **work)).integrations == shown
    assert len(drafted(visitor(tools=tools, **work), chosen_tier="growth").integrations) == len(tools)


@pytest.mark.parametrize(
    ("wish", "order", "shown"),
    [
        ("send reminders as well", ("Google Calendar", "Gmail"), ("Gmail", "Excel")),
        ("put the retest in Google Calendar", ("Google Calendar",), ("Google Calendar", "Gmail")),
        ("Excel before Gmail", ("Excel", "Gmail"), ("Excel", "Gmail")),
    ],
)
def test_the_order_of_the_programs_changes_only_by_a_wish(wish: str, order: Words, shown: Words) -> None:
    profile = clinic(tools=("Gmail", "Google Calendar", "Excel"))
    last = WORDED.model_copy(update={"integrations": ("Gmail", "Excel")})
    draft = edited(a_brief(profile, last_proposal=last, change_wish=wish), integrations=order)
    assert draft.integrations == shown


def test_a_task_that_has_to_be_looked_at_first_is_said_so_and_stock_lines_are_no_steps() -> None:
    profile = visitor(task="dictating memos by phone")

    proposal = drafted(profile)

    assert (proposal.does, proposal.to_look_at) == ((), ("phone calls",))
    assert PLAYBOOK.tier_rule.unsure_says[1:] in recommend_tier(profile, PLAYBOOK, proposal=proposal).reason
    whole = clinic(steps=("photos of the pipes", "send it"))
    assert SCRIPT.always_does[0] in drafted(whole).does
    assert "looked at" not in recommend_tier(whole, PLAYBOOK, proposal=drafted(whole)).reason


FILED, CALL = {"to_look_at": ("file it in Nextcloud",)}, "calls the patient back"
READS = {"does": ("reads the Google Form the falconers fill in", "answers mail")}
WRITTEN = {**READS, "done_today": None}


@pytest.mark.parametrize(
    ("last", "known", "shown"),
    [
        (FILED, {"tools": ("Gmail", "Nextcloud")}, FILED),
        (
            {"to_look_at": (CALL,)},
            {"steps": ("call the patient", "photograph the chart")},
            {"to_look_at": (CALL, "paper, photos and handwriting")},
        ),
        (READS, {"steps": ("falconers fill in a Google Form each day", "answer the mail")}, WRITTEN),
    ],
    ids=["a program of a step to look at", "a call to look at", "a step in other words"],
)
def test_what_the_last_draft_has_is_not_named_again(last: Any, known: Any, shown: Any) -> None:
    draft = redrafted(clinic(**known), WORDED.model_copy(update=last), "If I cannot try it")
    assert draft.model_dump(include=set(shown)) == shown


@given(profile=profiles, wish=st.none() | phrases)
def test_any_part_of_a_profile_makes_a_whole_proposal(profile: Profile, wish: str | None) -> None:
    proposal = drafted(profile, change_wish=wish)

    assert proposal.agent_name.strip()
    assert proposal.summary.endswith((".", "!", "?", "…"))
    assert proposal.does or proposal.to_look_at
    assert not re.search(r"[{}]|  ", proposal.summary)
    sources = "\n".join((profile.model_dump_json(), wish or "", SCRIPT.model_dump_json()))
    lists = (proposal.does, proposal.out_of_scope, proposal.to_look_at, proposal.integrations)
    said = (proposal.agent_name, proposal.summary, proposal.delivery, *chain(*lists))
    assert all(number in sources for number in re.findall(r"[0-9]+", "\n".join(said)))
    assert drafted(change_wish=wish) == drafted()
    assert redrafted(clinic(), wish=wish) == redrafted(clinic())


def test_the_draft_is_in_the_visitors_language_by_a_file_or_by_words_that_came_with_the_request() -> None:
    proposal, french = drafted(clinic(task="les rdv", language="fr-CA")), PLAYBOOK.spoken_in("fr")
    assert proposal.does == (*french.task_kinds[0].does, *french.proposal.always_does)
    assert proposal.delivery == french.proposal.delivery
    texts = {digest: f"~{line}" for digest, line in lines_of(PLAYBOOK).items()}
    profile = visitor(language="nl", task="offertes maken", team_size=7)

    brief = Brief.of(a_request(profile, translations=texts), PLAYBOOK)
    proposal, tier = draft_from_template(brief), recommend_tier(profile, brief.playbook)

    assert proposal.delivery == f"~{SCRIPT.delivery}"
    assert proposal.agent_name == "~AI agent: offertes maken"
    assert tier.includes == tuple(f"~{item}" for item in PLAYBOOK.catalogue[0].includes)
    assert tier.reason.startswith("~")
