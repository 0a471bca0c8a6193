"""What the pages of the console show, whatever was said to us."""

import csv
import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from markupsafe import escape

from contracts.read_model import FunnelDay, RecordedDraft, Step
from contracts.values import Slot
from playbook.guard.violation import Reason
from services.gateway.domain import FunnelTargets, funnel_view, refusal_in_words
from services.gateway.domain.lead_csv import harmless
from services.gateway.domain.proposal_versions import proposal_versions
from tests.support.console import (
    a_draft,
    a_lead,
    a_message,
    a_record,
    a_transcript,
    a_use,
    sign_in,
    store_lead,
)
from tests.support.gateway_fakes import FakeOutside
from tests.unit.gateway.builders import CLINIC, CONVERSATION, DRAFTED_AT, TURN, told

LEAD = f"/console/leads/{CONVERSATION}"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}</textarea>"
TARGETS = FunnelTargets(conversations_per_day=100, proposed_percent=30.0, booked_percent=10.0)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", "  =1")


def items(*things: dict[str, Any], cursor: str | None = None) -> bytes:
    return json.dumps({"items": things, "next_cursor": cursor}).encode()


async def shown(client: AsyncClient, path: str, *, status: int = 200) -> str:
    await sign_in(client)
    answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


def hostile_leadstore(outside: FakeOutside) -> None:
    """Everything that a visitor words is hostile."""
    hostile, when = told(HOSTILE, HOSTILE), DRAFTED_AT.isoformat()
    slots = ("name", "business_type", "contact_email", "contact_phone", "contact_time")
    profile = CLINIC.model_copy(update=dict.fromkeys(slots, hostile))
    said = [a_message(HOSTILE, id=str(TURN)), a_message(f"**{HOSTILE}**", "bot", suggestions=[HOSTILE])]
    drafts = [a_draft(), a_draft(2, does=(HOSTILE,), summary=HOSTILE)]
    questions = [{"question": HOSTILE, "asked_at": when}]
    record = a_record(drafts=drafts, questions=questions, uses=[a_use(HOSTILE)], person_wanted_at=when)
    store_lead(outside, a_transcript(profile, messages=said, chosen_tier=HOSTILE), record)
    asked = {"question": HOSTILE, "times_asked": 3, "last_asked_at": when}
    outside.read_model.page = items(a_lead(profile, person_wanted_at=when) | asked)
    reason = {"reason": HOSTILE, "sentences": 2, "conversations": 1, "last_refused_at": when}
    outside.read_model.refusal_reasons = items(reason | {"newest_conversation_id": str(CONVERSATION)})


@pytest.mark.parametrize(
    "path", [LEAD, *(f"/console/{each}" for each in ("leads", "hand-overs", "questions"))]
)
async def test_whatever_a_visitor_writes_is_text(
    client: AsyncClient, outside: FakeOutside, path: str
) -> None:
    hostile_leadstore(outside)
    page = await shown(client, path)
    assert "&lt;script&gt;alert(1)" in page
    for breach in ("<script>alert", "<img src=x", ">49<", "</textarea>"):
        assert breach not in page


async def test_a_search_that_is_hostile_stays_in_its_field(client: AsyncClient) -> None:
    await sign_in(client)
    page = (await client.get("/console/leads", params={"q": HOSTILE})).text
    assert f'value="{HOSTILE}"' not in page
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page


async def test_a_fact_leads_to_the_message_it_came_from(client: AsyncClient, outside: FakeOutside) -> None:
    store_lead(outside, a_transcript())
    page = await shown(client, LEAD)
    assert f'href="#m-{TURN}"' in page
    assert f'id="m-{TURN}"' in page
    assert all(words in page for words in ("About 25 hours a week.", "You are a team of 22.", "Not known:"))
    assert all(f'class="writer {writer}"' in page for writer in ("visitor", "model"))


async def test_a_fact_that_the_website_told_is_no_quote(client: AsyncClient, outside: FakeOutside) -> None:
    name = Slot[str](value="Grace Hopper", words="Grace Hopper", turn_id=TURN, told_by="website")
    store_lead(outside, a_transcript(CLINIC.model_copy(update={"name": name})))
    page = await shown(client, LEAD)
    assert "told by the website" in page
    assert "with this message" in page
    assert '<q dir="auto">Grace Hopper</q>' not in page


async def test_a_lead_shows_its_versions_costs_and_refusals(
    client: AsyncClient, outside: FakeOutside
) -> None:
    uses = [a_use("gpt-4o"), a_use("gpt-4o"), a_use("gpt-4o-mini", purpose="proposal")]
    reply = a_message("Nice.", "bot")
    refusals = [{"reply_id": reply["id"], "reason": "date", "refused_at": DRAFTED_AT.isoformat()}]
    drafts = [a_draft(), a_draft(2, does=("offers two slots", "sends a reminder"))]
    record = a_record(drafts=drafts, uses=uses, refusals=refusals)
    store_lead(outside, a_transcript(messages=[reply]), record)

    page = await shown(client, LEAD)

    assert page.index("Version 2") < page.index("Version 1")
    assert '<del dir="auto">looks into the calendar</del>' in page
    assert '<ins dir="auto">sends a reminder</ins>' in page
    assert "Reply \u00d7 2" in page
    assert "2,000 / 100" in page
    assert "$0.0040" in page
    assert refusal_in_words("date") in page
    assert f'href="#m-{reply["id"]}"' in page


async def test_a_lead_shows_its_score_with_the_words_behind_it(
    client: AsyncClient, outside: FakeOutside
) -> None:
    said = {"points": 25, "says": "named a task", "slot": "task", "quote": HOSTILE, "turn_id": str(TURN)}
    sign = {"points": 40, "says": "asked for a person"}
    score = {"points": 65, "is_qualified": True, "reasons": [said, sign]}
    store_lead(outside, a_transcript(), a_record(score=score))
    outside.read_model.page = items(a_lead(score=score))

    page, listed = await shown(client, LEAD), await shown(client, "/console/leads")

    assert "Score 65" in page
    assert f'<q dir="auto">{escape(HOSTILE)}</q>' in page
    assert page.index("Asked for a person") > page.index(f'href="#m-{TURN}"')
    assert 'class="number">65 <span class="status">qualified</span>' in listed


def test_of_two_drafts_with_one_number_the_last_is_compared() -> None:
    drafts = [RecordedDraft.model_validate(each) for each in (a_draft(), a_draft(2), a_draft(2, does=("x",)))]
    newest, first = proposal_versions(drafts)
    assert [(change.part, change.added) for change in newest.changes] == [("Does", ("x",))]
    assert first.changes == ()


async def test_the_form_of_the_leads_asks_for_what_it_shows(
    client: AsyncClient, outside: FakeOutside
) -> None:
    outside.read_model.page = items(a_lead(), cursor="abc")
    query = "q=dana&status=&source=widget&tier=&from=2026-03-01&to=&wants_person=true"

    page = await shown(client, f"/console/leads?{query}")

    (asked,) = outside.read_model.asked_leads
    assert (asked.q, asked.status, asked.source, asked.first) == ("dana", None, "widget", date(2026, 3, 1))
    assert (asked.last, asked.wants_person) == (None, True)
    kept = "source=widget&amp;from=2026-03-01&amp;wants_person=true&amp;q=dana"
    assert f'href="?{kept}&amp;cursor=abc"' in page
    assert f'href="/console/leads.csv?{kept}"' in page
    assert '<option value="widget" selected>' in page
    assert 'value="dana"' in page


@pytest.mark.parametrize(
    "query", ["leads?status=rich", "leads?from=1", "leads?cursor=a/b", "leads.csv?to=x", "?to=x"]
)
async def test_an_address_that_makes_no_sense_is_a_page(client: AsyncClient, query: str) -> None:
    assert "<h1>" in await shown(client, f"/console/{query}".replace("/?", "?"), status=422)


async def test_a_table_holds_every_lead_and_runs_nothing(client: AsyncClient, outside: FakeOutside) -> None:
    names = [FORMULAS[number % len(FORMULAS)] for number in range(3)]
    leads = [a_lead(CLINIC.model_copy(update={"name": told(name, name)})) for name in names]
    pages = {None: items(*leads[:2], cursor="next"), "next": items(leads[2])}
    outside.read_model.pages = pages

    text = await shown(client, "/console/leads.csv?status=proposed")

    assert text.startswith("\ufeffconversation_id,status,")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["name"] for row in rows] == [f"'{name}" for name in names]
    assert {(row["hours_per_week"], row["tier_recommended"], row["model_cost_usd"]) for row in rows} == {
        ("25", "growth", "0.012300")
    }
    assert {asked.status for asked in outside.read_model.asked_leads} == {"proposed"}


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless(f"a{cell}") == f"a{cell}"
    assert harmless(f"a;{cell}") == f"a;'{cell}"


def days_of(*counts: tuple[int, int, int]) -> list[FunnelDay]:
    first = date(2026, 3, 1)
    return [
        FunnelDay(day=first + timedelta(days=number), started=started, propose=propose, booked=booked)
        for number, (started, propose, booked) in enumerate(counts)
    ]


def test_targets_are_met_only_beyond_what_the_owner_wants() -> None:
    exactly = funnel_view(days_of((100, 30, 3)), TARGETS)
    above = funnel_view(days_of((110, 40, 5), (90, 40, 5)), TARGETS)
    nothing = funnel_view(days_of((0, 0, 0)), TARGETS)
    assert [target.is_met for target in exactly.targets] == [True, False, False]
    assert [(target.value, target.is_met) for target in above.targets] == [
        (100, True),
        (40, True),
        (12.5, True),
    ]
    assert [(target.value, target.is_met) for target in nothing.targets] == [
        (0, False),
        (None, False),
        (None, False),
    ]
    assert [(each.step, each.count) for each in above.steps if each.count] == [
        (Step.STARTED, 200),
        (Step.PROPOSE, 80),
        (Step.BOOKED, 10),
    ]


@pytest.mark.parametrize("days", [1, 7, 30, 366])
@pytest.mark.parametrize("most", [0, 1, 7, 99, 5000])
def test_the_chart_keeps_to_its_frame_and_its_proportions(days: int, most: int) -> None:
    chart = funnel_view(days_of(*[(most, most // 2, 0)] * days), TARGETS).chart
    bars = [bar for day in chart.days for bar in day.bars]
    assert all(0 <= bar.y <= chart.ground and bar.height >= 0 for bar in bars)
    assert all(chart.left <= bar.x and bar.x + bar.width <= chart.right for bar in bars)
    assert len(chart.ticks) <= 6
    assert sum(day.label != "" for day in chart.days) <= 8
    started, proposed, _ = chart.days[0].bars
    if most > 1:
        assert proposed.height == pytest.approx(started.height * (most // 2) / most, abs=0.02)
    assert (chart.target_y is not None) == (max(most, 1) >= 25)


async def test_the_funnel_says_its_numbers_in_a_table_too(client: AsyncClient, outside: FakeOutside) -> None:
    day = days_of((104, 40, 5))[0].model_dump(mode="json")
    outside.read_model.days = items(day)
    page = await shown(client, "/console?from=2026-03-01&to=2026-03-01")
    (asked,) = outside.read_model.asked_periods
    assert (asked.first, asked.last) == (date(2026, 3, 1), date(2026, 3, 1))
    assert 'href="/console/leads?from=2026-03-01&amp;to=2026-03-01"' in page
    for figure in (
        "104",
        "38.5\u00a0%",
        "12.5\u00a0%",
        "target met",
        "104 conversations, 40 proposals, 5 demos",
    ):
        assert figure in page


@pytest.mark.parametrize("reason", [reason.name.lower() for reason in Reason])
def test_every_reason_of_the_guard_has_words(reason: str) -> None:
    assert refusal_in_words(reason) != reason.replace("_", " ").capitalize()
