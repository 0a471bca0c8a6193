"""How long to wait for a model server, and how its failures are called."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial

import httpx2
import openai
import pytest

from chassis.language_model import FailureReason, LanguageModelSettings, ModelUnavailable
from chassis.language_model.retries import LONGEST_PAUSE_S, pause_s, retry_after_s, translate

REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")


def status_error(status: int) -> openai.APIStatusError:
    response = httpx2.Response(status, request=REQUEST)
    return openai.APIStatusError("said the visitor", response=response, body={"code": None})


def connection_error(cause: Exception) -> openai.APIConnectionError:
    error = openai.APITimeoutError(REQUEST)
    error.__cause__ = cause
    return error


def test_the_server_is_given_the_wait_it_asks_for_else_one_that_grows_and_is_bounded() -> None:
    busy = partial(ModelUnavailable, FailureReason.RATE_LIMITED, "busy")
    asking, silent = busy(retry_after_s=7.5), busy()
    pauses = [pause_s(silent, attempt) for attempt in range(1, 10)]

    assert pause_s(asking, attempt=1) == 7.5
    assert pauses[0] < pauses[2] < pauses[-1] <= LONGEST_PAUSE_S


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after-ms": "soon", "retry-after": "4"}, 4.0),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_the_wanted_wait_is_read_in_every_notation(headers: dict[str, str], wait_s: float | None) -> None:
    assert retry_after_s(httpx2.Headers(headers)) == wait_s


def test_a_wait_until_a_point_in_time_is_counted_from_now() -> None:
    # Made here: a table is written when the tests are collected, long before the last of them runs.
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)

    assert retry_after_s(httpx2.Headers({"retry-after": in_an_hour})) == pytest.approx(3600, abs=600)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        *((status_error(status), FailureReason.SERVER_ERROR) for status in (503, 408, 409)),
        *((status_error(status), FailureReason.MISCONFIGURED) for status in (400, 403, 404)),
        (connection_error(httpx2.ReadTimeout("silent")), FailureReason.TIMEOUT),
        (connection_error(httpx2.ConnectTimeout("closed")), FailureReason.CONNECTION),
        (connection_error(httpx2.ConnectError("refused")), FailureReason.CONNECTION),
        (httpx2.ReadError("cut"), FailureReason.CONNECTION),
    ],
)
def test_every_failure_has_a_reason_and_quotes_nobody(error: Exception, reason: FailureReason) -> None:
    failure = translate(error)

    assert failure.reason is reason
    assert "said the visitor" not in str(failure)


def test_a_model_is_asked_if_a_key_or_a_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"API_KEY": "", "BASE_URL": "", "MODEL": "a-model", "TEMPERATURE": "none"}.items():
        monkeypatch.setenv(f"OPENAI_{name}", value)
    settings = LanguageModelSettings()

    assert (settings.base_url, settings.model, settings.temperature) == (None, "a-model", None)
    assert not settings.is_configured
    assert LanguageModelSettings(base_url="http://127.0.0.1/v1").is_configured
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    assert LanguageModelSettings().is_configured
