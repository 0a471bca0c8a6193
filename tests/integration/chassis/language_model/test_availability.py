"""A model that is gone is replaced by its fallback, and one that will be is announced."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from chassis.language_model import FailureReason, LanguageModel, LanguageModelSettings, ModelProfiles
from contracts.language_models import ModelProfile
from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.fake_openai.refusals import MISSING_MODELS
from tests.support.language_model import REQUEST, TEXT, MakeModel, fail

OLD, NEW, NEWEST = "old-model", "new-model", "newest-model"
TODAY = date(2026, 11, 28)
DAYS, GONE = "salesbot_language_model_shutdown_days", "salesbot_language_model_gone"


def a_profile(**changed: object) -> ModelProfile:
    return ModelProfile.model_validate({"input_usd_per_million": 1, "output_usd_per_million": 2} | changed)


PROFILES = ModelProfiles(
    {OLD: a_profile(fallback=NEW), NEW: a_profile(fallback=NEWEST), NEWEST: a_profile(fallback=NEW)}
)


def without(server: FakeOpenAI, fault: Fault, *models: str) -> None:
    """Let the server have all models but these."""
    server.refuses = lambda body: fault if body["model"] in models else None


def asked(server: FakeOpenAI) -> list[str]:
    return [request.body["model"] for request in server.requests]


@pytest.mark.parametrize("fault", MISSING_MODELS.values(), ids=MISSING_MODELS)
async def test_the_fallback_of_its_profile_answers_for_a_model_that_is_gone(
    server: FakeOpenAI, make_model: MakeModel, fault: Fault
) -> None:
    without(server, fault, OLD)
    model = make_model(model=OLD, profiles=PROFILES)

    with capture_logs() as logs:
        texts = [(await model.ask(REQUEST)).value.text for _ in range(3)]

    assert texts == [TEXT] * 3
    assert asked(server) == [OLD, NEW, NEW, NEW], "it is remembered"
    said = [line for line in logs if line["event"] == "language_model_gone"]
    assert [(line["log_level"], line["fallback"]) for line in said] == [("error", NEW)]
    assert REGISTRY.get_sample_value(GONE, {"model": OLD}) == 1


async def test_the_fallback_that_is_set_comes_before_that_of_the_profile(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    without(server, Fault.unknown_model(), OLD)

    await make_model(model=OLD, fallback_model=NEWEST, profiles=PROFILES).ask(REQUEST)

    assert asked(server) == [OLD, NEWEST]


async def test_a_fallback_may_be_gone_too(server: FakeOpenAI, make_model: MakeModel) -> None:
    without(server, Fault.unknown_model(), OLD, NEW)
    model = make_model(model=OLD, profiles=PROFILES)

    await model.ask(REQUEST)
    await model.ask(REQUEST)

    assert asked(server) == [OLD, NEW, NEWEST, NEWEST]


async def test_when_every_model_is_gone_the_first_is_asked_again(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    without(server, Fault.unknown_model(), OLD, NEW, NEWEST)
    model = make_model(model=OLD, profiles=PROFILES)

    failures = [await fail(model) for _ in range(2)]

    assert [failure.reason for failure in failures] == [FailureReason.MODEL_GONE] * 2
    assert asked(server)[:4] == [OLD, NEW, NEWEST, OLD]
    server.refuses = lambda _: None
    assert (await model.ask(REQUEST)).value.text == TEXT


async def test_a_model_that_is_gone_is_no_outage(server: FakeOpenAI, make_model: MakeModel) -> None:
    without(server, Fault.unknown_model(), OLD, NEW, NEWEST)
    model = make_model(model=OLD, profiles=PROFILES, breaker_failures=1)
    for _ in range(3):
        await fail(model)

    server.refuses = lambda _: None

    assert (await model.ask(REQUEST)).value.text == TEXT


async def test_the_profile_of_the_fallback_is_the_one_that_is_asked_with(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    without(server, Fault.unknown_model(), OLD)
    profiles = ModelProfiles(
        {OLD: a_profile(fallback=NEW), NEW: a_profile(temperature=False, reasoning_effort="none")}
    )

    answer = await make_model(model=OLD, profiles=profiles).ask(REQUEST)

    body = server.requests[-1].body
    assert body["reasoning_effort"] == "none"
    assert "temperature" not in body
    assert answer.model.startswith(NEW)


def a_model(server: FakeOpenAI, name: str, today: date = TODAY, **profile: object) -> LanguageModel:
    settings = LanguageModelSettings.model_validate(
        {"api_key": "key", "base_url": server.base_url, "model": name}
    )
    profiles = ModelProfiles({name: a_profile(**profile), NEW: a_profile()})
    return LanguageModel(
        settings, profiles=profiles, clock=lambda: datetime.combine(today, datetime.min.time(), UTC)
    )


@contextmanager
def announcements() -> Iterator[list[tuple[str, int]]]:
    found: list[tuple[str, int]] = []
    with capture_logs() as logs:
        yield found
    found += [
        (line["log_level"], line["days"])
        for line in logs
        if line["event"] == "language_model_shutdown_announced"
    ]


@pytest.mark.parametrize(
    ("days", "level"),
    [
        (91, None),
        (90, "warning"),
        (31, "warning"),
        (30, "warning"),
        (8, "warning"),
        (7, "error"),
        (-3, "error"),
    ],
)
async def test_the_days_that_a_model_has_left_are_shown_and_the_last_of_them_logged(
    server: FakeOpenAI, days: int, level: str | None
) -> None:
    name = f"model-{uuid4()}"
    async with a_model(server, name, shutdown_date=TODAY + timedelta(days=days)) as model:
        with announcements() as said:
            for _ in range(3):
                await model.update_shutdown_dates()

    assert REGISTRY.get_sample_value(DAYS, {"model": name}) == days
    assert said == ([] if level is None else [(level, days)])


async def test_the_date_of_the_server_counts_before_that_of_the_profile(server: FakeOpenAI) -> None:
    name = f"model-{uuid4()}"
    server.models = [
        {"id": name, "shutdown_date": "2027-01-14"},
        {"id": "other", "shutdown_date": "2026-12-01"},
    ]

    async with a_model(server, name, shutdown_date=date(2030, 1, 1)) as model:
        await model.update_shutdown_dates()

    assert REGISTRY.get_sample_value(DAYS, {"model": name}) == 47


async def test_a_model_whose_last_day_is_over_at_the_server_is_not_asked(server: FakeOpenAI) -> None:
    name = f"model-{uuid4()}"
    server.models = [{"id": name, "shutdown_date": "2026-11-27"}]

    async with a_model(server, name, fallback=NEW) as model:
        await model.update_shutdown_dates()
        await model.ask(REQUEST)

    assert asked(server) == [NEW]


async def test_a_date_of_the_playbook_that_has_passed_ends_nothing(server: FakeOpenAI) -> None:
    name = f"model-{uuid4()}"

    async with a_model(server, name, fallback=NEW, shutdown_date=date(2026, 11, 27)) as model:
        await model.update_shutdown_dates()
        await model.ask(REQUEST)

    assert asked(server) == [name]


@pytest.mark.parametrize(
    "models", [[], None, "x", [None, 3, {"id": None}], [{"shutdown_date": "2027-01-14"}]]
)
async def test_a_list_of_models_that_says_nothing_leaves_the_profile_alone(
    server: FakeOpenAI, models: Any
) -> None:
    name = f"model-{uuid4()}"
    server.models = models

    async with a_model(server, name, shutdown_date=TODAY + timedelta(days=40)) as model:
        await model.update_shutdown_dates()

    assert REGISTRY.get_sample_value(DAYS, {"model": name}) == 40


async def test_a_server_that_lists_no_models_is_asked_all_the_same(server: FakeOpenAI) -> None:
    settings = LanguageModelSettings.model_validate({"base_url": "http://127.0.0.1:1/v1", "model": OLD})

    async with LanguageModel(settings, profiles=PROFILES) as model:
        await model.update_shutdown_dates()
