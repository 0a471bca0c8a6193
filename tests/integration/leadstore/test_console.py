"""The console's numbers are the database's: a known set of events, read through every layer."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from chassis.problems import install_problem_handlers
from contracts.values import Profile, Stage
from services.gateway.adapters.leadstore import LeadstoreClient
from services.leadstore.api import make_router
from tests.integration.leadstore.conftest import Leadstore
from tests.support.console import sign_in
from tests.support.gateway_app import client_of, make_fake_gateway
from tests.support.gateway_fakes import FakeOutside
from tests.support.waiting import until
from tests.unit.leadstore.builders import NOON, Story, slot

PERIOD = "from=2026-03-02&to=2026-03-02"


@pytest.fixture
async def leadstore_url(leadstore: Leadstore) -> AsyncIterator[str]:
    app = FastAPI()
    ports = (leadstore.read_model, leadstore.reports, leadstore.links, leadstore.notifier)
    app.include_router(make_router(*ports, clock=lambda: NOON))
    install_problem_handlers(app)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    with suppress(asyncio.CancelledError):
        await serving


@pytest.fixture
async def operator(leadstore_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody who is signed in to the console."""
    async with LeadstoreClient(leadstore_url) as read_model:
        outside = FakeOutside(read_model=read_model)  # type: ignore[arg-type]
        async with client_of(make_fake_gateway(outside)) as client:
            await sign_in(client)
            yield client


async def words_of(operator: httpx2.AsyncClient, path: str) -> str:
    """What is read on a page, without its markup."""
    answer = await operator.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<title>.*?</title>|<[^>]+>", " ", answer.text).split())


async def test_every_page_tells_what_the_database_holds(
    leadstore: Leadstore, operator: httpx2.AsyncClient
) -> None:
    stories = [Story() for _ in range(4)]
    for story in stories:
        await leadstore.project(story.turn(0, "We drown in calls."))
    dana, grace, *_ = stories
    profile = Profile(name=slot("Dana"), contact_phone=slot("+43 660 1"))
    replied = dana.answered(spent=(900, 40, 0.25), model="gpt-4o", refused=("date", "date"))
    await leadstore.project(replied, dana.told(profile), dana.unanswered("Do you do VAT?"))
    await leadstore.project(grace.unanswered("do you do vat?"))
    await leadstore.project(dana.advanced(Stage.PROPOSE), dana.drafted(spent=(700, 120, 0.5), model="gpt-4o"))
    await leadstore.project(grace.advanced(Stage.PROPOSE), grace.drafted(), grace.wants_person())
    await leadstore.project(dana.booked())

    funnel = await words_of(operator, f"/console?{PERIOD}")
    assert "Conversations a day 4.0 below target: 100" in funnel
    assert "Reached the proposal 50.0 % target met: more than 30 %" in funnel
    assert "Of those, booked a demo 50.0 % target met: more than 10 %" in funnel
    assert "2026-03-02 4 2 0 1 $0.7500" in funnel
    assert "Dana" in await words_of(operator, f"/console/leads?q=dana&{PERIOD}")
    assert "No lead matches." in await words_of(operator, "/console/leads?q=dana&source=email")
    assert "Do you do VAT? 2" in await words_of(operator, "/console/questions")
    refused = await words_of(operator, "/console/refused")
    assert "A date or time that the visitor had not named date 2 1" in refused
    waiting = (await operator.get("/console/hand-overs")).text
    assert str(grace.id) in waiting
    assert str(dana.id) not in waiting
    lead = await words_of(operator, f"/console/leads/{dana.id}")
    assert "Together 1,600 / 160 $0.7500" in lead
    assert "We drown in calls." in lead


async def test_a_table_of_more_leads_than_a_page_is_whole(
    leadstore: Leadstore, operator: httpx2.AsyncClient
) -> None:
    stories = [Story() for _ in range(405)]
    await leadstore.project(*(story.turn(number / 60) for number, story in enumerate(stories)))
    lines = (await operator.get("/console/leads.csv")).text.splitlines()[1:]
    assert [line.partition(",")[0] for line in lines] == [str(story.id) for story in reversed(stories)]
