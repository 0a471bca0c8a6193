"""A model that is gone is replaced by its fallback, and one that will be is announced."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from chassis.language_model import FailureReason, LanguageModel, LanguageModelSettings, ModelProfiles
from contracts.language_models import ModelProfile
from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.fake_openai.refusals import MISSING_MODELS
from tests.support.language_model import REQUEST, TEXT, MakeModel, fail

OLD, NEW, NEWEST, JUDGED = "old-model", "new-model", "newest-model", "judged-model"
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


@pytest.mark.parametrize(
    ("gone", "settings", "expected"),
    [
        ([OLD], {}, [OLD, NEW, NEW]),
        # The fallback that is set comes before that of the profile.
        ([OLD], {"fallback_model": NEWEST}, [OLD, NEWEST, NEWEST]),
        ([OLD, NEW], {}, [OLD, NEW, NEWEST, NEWEST]),
    ],
)
async def test_the_next_fallback_answers_in_place_of_all_that_are_gone(
    server: FakeOpenAI, make_model: MakeModel, *, gone: list[str], settings: Any, expected: list[str]
) -> None:
    without(server, Fault.unknown_model(), *gone)
    model = make_model(model=OLD, profiles=PROFILES, **settings)

    await model.ask(REQUEST)
    answer = await model.ask(REQUEST)

    assert asked(server) == expected
    assert answer.model.startswith(expected[-1])


async def test_when_every_model_is_gone_the_first_is_asked_again_and_no_outage_is_seen(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    without(server, Fault.unknown_model(), OLD, NEW, NEWEST)
    model = make_model(model=OLD, profiles=PROFILES, breaker_failures=1)

    failures = [await fail(model) for _ in range(2)]

    assert [failure.reason for failure in failures] == [FailureReason.MODEL_GONE] * 2
    assert asked(server)[:4] == [OLD, NEW, NEWEST, OLD]
    server.refuses = lambda _: None
    assert (await model.ask(REQUEST)).value.text == TEXT


async def test_a_fallback_is_asked_with_its_own_profile(server: FakeOpenAI, make_model: MakeModel) -> None:
    without(server, Fault.unknown_model(), OLD)
    profile = a_profile(temperature=False, reasoning_effort="none")
    profiles = ModelProfiles({OLD: a_profile(fallback=NEW), NEW: profile})

    await make_model(model=OLD, profiles=profiles).ask(REQUEST)

    body = server.requests[-1].body
    assert (body["reasoning_effort"], "temperature" in body) == ("none", False)


def a_model(server: FakeOpenAI, name: str, **profile: object) -> LanguageModel:
    settings = LanguageModelSettings.model_validate(
        {"api_key": "key", "base_url": server.base_url, "model": name}
    )
    profiles = ModelProfiles({name: a_profile(**profile), NEW: a_profile()})
    return LanguageModel(
        settings, profiles=profiles, clock=lambda: datetime.combine(TODAY, datetime.min.time(), UTC)
    )


async def days_left(server: FakeOpenAI, *, shutdown_date: date, looks: int = 1) -> float | None:
    """What is shown of the judged model after some looks at the server's list."""
    async with a_model(server, JUDGED, shutdown_date=shutdown_date) as model:
        for _ in range(looks):
            await model.update_shutdown_dates()
    return REGISTRY.get_sample_value(DAYS, {"model": JUDGED})


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
    with capture_logs() as logs:
        left = await days_left(server, shutdown_date=TODAY + timedelta(days=days), looks=3)

    said = [(each["log_level"], each["days"]) for each in logs if each["event"].endswith("announced")]
    assert left == days
    assert said == ([] if level is None else [(level, days)])


@pytest.mark.parametrize(("is_of_the_server", "expected"), [(True, [NEW]), (False, [OLD])])
async def test_a_last_day_that_is_over_ends_a_model_only_if_its_server_says_so(
    server: FakeOpenAI, expected: list[str], *, is_of_the_server: bool
) -> None:
    over = date(2026, 11, 27)
    server.models = [{"id": OLD, "shutdown_date": over.isoformat()}] if is_of_the_server else []

    async with a_model(server, OLD, fallback=NEW, shutdown_date=over) as model:
        await model.update_shutdown_dates()
        await model.ask(REQUEST)

    assert asked(server) == expected


@pytest.mark.parametrize(
    ("models", "days"),
    [
        # The date of the server counts before that of the profile.
        ([{"id": JUDGED, "shutdown_date": "2027-01-14"}, {"id": "other", "shutdown_date": "2026-12-01"}], 47),
        ([], 40),
        (None, 40),
        ("x", 40),
        ([None, 3, {"id": None}], 40),
        ([{"shutdown_date": "2027-01-14"}], 40),
    ],
)
async def test_what_a_list_of_models_does_not_say_the_profile_does(
    server: FakeOpenAI, models: Any, days: int
) -> None:
    server.models = models

    assert await days_left(server, shutdown_date=TODAY + timedelta(days=40)) == days


async def test_a_server_that_lists_no_models_is_asked_all_the_same(server: FakeOpenAI) -> None:
    settings = LanguageModelSettings.model_validate({"base_url": "http://127.0.0.1:1/v1", "model": OLD})

    async with LanguageModel(settings, profiles=PROFILES) as model:
        await model.update_shutdown_dates()
