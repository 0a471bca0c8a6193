"""Every failure of a model has a name; a passing one is tried again, and a model that is gone replaced."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from structlog.testing import capture_logs

from chassis.language_model import FailureReason, LanguageModel, LanguageModelSettings, ModelProfiles
from contracts.language_models import ModelProfile
from tests.integration.chassis.language_model.conftest import metric
from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.fake_openai.refusals import MISSING_MODELS, OF_THE_CONTENT
from tests.support.language_model import REQUEST, TEXT, Listener, MakeModel, fail
from tests.support.spending import RecordingSpendLimiter

MINI = "gpt-4o-mini"
THREE_AND_OUT: dict[str, Any] = {"attempts": 1, "breaker_failures": 3}


def asked(server: FakeOpenAI) -> list[str]:
    return [request.body["model"] for request in server.requests]


@pytest.mark.parametrize(
    "fault", [Fault.rate_limited(), Fault.server_error(), Fault.drop(), Fault.cut(0), Fault.hang()]
)
async def test_a_passing_failure_is_tried_again(server: FakeOpenAI, make_model: MakeModel, fault: Fault):
    server.next(fault, fault)
    listener = Listener()
    answer = await make_model(first_text_s=1.0).ask(REQUEST, listener)
    assert answer.value.text == "".join(listener.pieces) == TEXT
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("fault", "settings", "reason", "requests"),
    [
        (Fault.out_of_quota(), {}, "out_of_quota", 1),
        (Fault.auth_error(), {}, "misconfigured", 1),
        (Fault.unknown_model(), {}, "model_gone", 1),
        (Fault.refusal(), {}, "refused", 1),
        (Fault.wrong_schema(), {}, "invalid_answer", 1),
        (Fault.truncated(after_chunks=0), {}, "truncated", 1),
        # No time would be left to answer.
        (Fault.rate_limited(retry_after_s=3600), {}, "rate_limited", 1),
        (Fault.server_error(), {"attempts": 2}, "server_error", 2),
        # The failure that opens the breaker is not waited out.
        (Fault.server_error(), {"attempts": 3, "breaker_failures": 2}, "server_error", 2),
        # No other parameters would cure it.
        *((fault, {}, "misconfigured", 1) for fault in OF_THE_CONTENT.values()),
        # A fallback model is tried once.
        (Fault.server_error(), {"attempts": 2, "fallback_model": MINI}, "server_error", 3),
    ],
)
async def test_a_failure_that_would_repeat_itself_is_not_tried_again_and_quotes_nobody(
    server: FakeOpenAI, make_model: MakeModel, *, fault: Fault, settings: Any, reason: str, requests: int
) -> None:
    server.next(*[fault] * 5)
    listener = Listener()
    failure = await fail(make_model(**settings), listener)
    assert (failure.reason, len(server.requests), listener.pieces) == (reason, requests, [])
    assert "unexpected" not in str(failure), "a word of the answer"
    assert failure.__cause__ is None or reason != "invalid_answer"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.cut(after_chunks=8), FailureReason.CONNECTION),
        (Fault.unfinished(after_chunks=8), FailureReason.CONNECTION),
        (Fault.stream_error(after_chunks=8), FailureReason.SERVER_ERROR),
        (Fault.truncated(after_chunks=8), FailureReason.TRUNCATED),
        (Fault.invalid_json(), FailureReason.INVALID_ANSWER),
    ],
)
async def test_an_answer_that_broke_after_its_first_words_is_paid_and_not_asked_for_again(
    server: FakeOpenAI, make_model: MakeModel, fault: Fault, reason: FailureReason
) -> None:
    server.next(fault)
    listener, limiter = Listener(), RecordingSpendLimiter()
    failure = await fail(make_model(limiter=limiter, fallback_model=MINI), listener)
    assert (failure.reason, len(server.requests)) == (reason, 1)
    assert listener.pieces
    assert TEXT.startswith("".join(listener.pieces))
    (reservation,) = limiter.reservations
    assert failure.cost_usd == (failure.usage.input_tokens * 2.5 + failure.usage.output_tokens * 10) / 1e6
    assert 0 < reservation.used.microusd < reservation.max_amount.microusd


async def test_the_deadline_ends_what_stalls_over_all_attempts(server: FakeOpenAI, make_model: MakeModel):
    server.hold_after(8)
    listener = Listener()
    stalled = await fail(make_model(deadline_s=1.5), listener)
    server.requests.clear()
    server.next(*[Fault.hang()] * 10)
    silent = await fail(make_model(deadline_s=0.5, first_text_s=0.2, attempts=10))
    assert stalled.reason is silent.reason is FailureReason.TIMEOUT
    assert listener.pieces
    assert len(server.requests) <= 3


@pytest.mark.parametrize("fault", [Fault.refusal(), Fault.hang(), Fault.rate_limited(retry_after_s=60)])
async def test_the_fallback_answers_for_a_silent_one(server: FakeOpenAI, make_model: MakeModel, fault: Fault):
    server.next(fault)
    answer = await make_model(fallback_model=MINI, first_text_s=1.0).ask(REQUEST)
    assert asked(server) == ["gpt-4o", MINI]
    assert (answer.model, answer.value.text) == ("gpt-4o-mini-2024-08-06", TEXT)


@pytest.mark.parametrize("fault", [Fault.server_error(), Fault.cut(8)])
async def test_a_model_that_is_down_is_left_alone(server: FakeOpenAI, make_model: MakeModel, fault: Fault):
    state = partial(metric, "language_model_breaker_state", model="shown")
    server.next(*[fault] * 6)
    model, hasty = (make_model(model="shown", breaker_pause_s=pause_s, **THREE_AND_OUT) for pause_s in (9, 0))
    failures = [(await fail(model)).reason for _ in range(13)]
    assert set(failures[3:]) == {FailureReason.BREAKER_OPEN}
    assert (len(server.requests), state()) == (3, 2)
    for _ in range(3):
        await fail(hasty)
    assert [(await hasty.ask(REQUEST)).value.text for _ in range(3)] == [TEXT] * 3
    assert state() == 0


async def test_a_fallback_stands_in_for_one_that_is_down(server: FakeOpenAI, make_model: MakeModel) -> None:
    settings = THREE_AND_OUT | {"fallback_model": MINI, "breaker_pause_s": 3600}
    model, both_down = (make_model(**settings) for _ in range(2))
    for _ in range(3):
        server.next(Fault.server_error())
        await model.ask(REQUEST)
        server.next(Fault.server_error(), Fault.server_error())
        await fail(both_down)
    server.requests.clear()
    assert (await model.ask(REQUEST)).value.text == TEXT
    assert (await fail(both_down)).reason is FailureReason.BREAKER_OPEN
    assert asked(server) == [MINI]


OLD, NEW, NEWEST, JUDGED = "old-model", "new-model", "newest-model", "judged-model"
TODAY = date(2026, 11, 28)


def a_profile(**changed: object) -> ModelProfile:
    return ModelProfile.model_validate({"input_usd_per_million": 1, "output_usd_per_million": 2} | changed)


PROFILES = ModelProfiles(
    {
        OLD: a_profile(fallback=NEW),
        NEW: a_profile(fallback=NEWEST, temperature=False, reasoning_effort="none"),
        NEWEST: a_profile(fallback=NEW),
    }
)


def without(server: FakeOpenAI, fault: Fault, *models: str) -> None:
    """Let the server have all models but these."""
    server.refuses = lambda body: fault if body["model"] in models else None


@pytest.mark.parametrize("fault", MISSING_MODELS.values(), ids=MISSING_MODELS)
async def test_the_fallback_of_a_gone_model_answers(server: FakeOpenAI, make_model: MakeModel, fault: Fault):
    without(server, fault, OLD)
    model = make_model(model=OLD, profiles=PROFILES)
    with capture_logs() as logs:
        texts = [(await model.ask(REQUEST)).value.text for _ in range(3)]
    assert (texts, asked(server)) == ([TEXT] * 3, [OLD, NEW, NEW, NEW]), "it is remembered"
    first, *_, last = (request.body for request in server.requests)
    assert ("reasoning_effort" in first, "temperature" in first) == (False, True)
    assert (last["reasoning_effort"], "temperature" in last) == ("none", False), "asked by its own profile"
    said = [line for line in logs if line["event"] == "language_model_gone"]
    assert [(line["log_level"], line["fallback"]) for line in said] == [("error", NEW)]
    assert metric("language_model_gone", model=OLD) == 1


@pytest.mark.parametrize(
    ("gone", "settings", "expected"),
    [
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


async def test_when_every_model_is_gone_the_first_is_asked_again(server: FakeOpenAI, make_model: MakeModel):
    without(server, Fault.unknown_model(), OLD, NEW, NEWEST)
    model = make_model(model=OLD, profiles=PROFILES, breaker_failures=1)
    assert [(await fail(model)).reason for _ in range(2)] == [FailureReason.MODEL_GONE] * 2
    assert asked(server)[:4] == [OLD, NEW, NEWEST, OLD]
    server.refuses = lambda _: None
    assert (await model.ask(REQUEST)).value.text == TEXT


def a_model(server: FakeOpenAI, name: str, **profile: object) -> LanguageModel:
    given = {"api_key": "key", "base_url": server.base_url, "model": name}
    return LanguageModel(
        LanguageModelSettings.model_validate(given),
        profiles=ModelProfiles({name: a_profile(**profile), NEW: a_profile()}),
        clock=lambda: datetime.combine(TODAY, datetime.min.time(), UTC),
    )


@pytest.mark.parametrize(
    ("days", "models", "shown", "level"),
    [
        (91, [], 91, None),
        (90, [], 90, "warning"),
        (8, [], 8, "warning"),
        (7, [], 7, "error"),
        (-3, [], -3, "error"),
        # The date of the server counts before that of the profile, where it says one.
        (9, [{"id": JUDGED, "shutdown_date": "2027-01-14"}, {"id": "other"}], 47, "warning"),
        (9, None, 9, "warning"),
        (9, "x", 9, "warning"),
        (9, [None, 3, {"id": None}, {"shutdown_date": "2027-01-14"}], 9, "warning"),
    ],
)
async def test_the_days_that_a_model_has_left_are_shown_and_the_last_of_them_logged_once(
    server: FakeOpenAI, *, days: int, models: Any, shown: int, level: str | None
) -> None:
    server.models = models
    with capture_logs() as logs:
        async with a_model(server, JUDGED, shutdown_date=TODAY + timedelta(days=days)) as model:
            for _ in range(3):
                await model.update_shutdown_dates()
    assert metric("language_model_shutdown_days", model=JUDGED) == shown
    said = [(each["log_level"], each["days"]) for each in logs if each["event"].endswith("announced")]
    assert said == ([] if level is None else [(level, shown)])


@pytest.mark.parametrize(("is_of_the_server", "expected"), [(True, [NEW]), (False, [OLD])])
async def test_only_its_server_ends_a_model(server: FakeOpenAI, expected: list[str], is_of_the_server: bool):
    over = date(2026, 11, 27)
    server.models = [{"id": OLD, "shutdown_date": over.isoformat()}] if is_of_the_server else []
    async with a_model(server, OLD, fallback=NEW, shutdown_date=over) as model:
        await model.update_shutdown_dates()
        await model.ask(REQUEST)
    assert asked(server) == expected


async def test_a_server_that_is_away_lists_no_models_and_nothing_fails(make_model: MakeModel) -> None:
    await make_model(base_url="http://127.0.0.1:1/v1").update_shutdown_dates()
