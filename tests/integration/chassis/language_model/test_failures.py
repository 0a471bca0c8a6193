"""Every way in which a language model fails has a name; a passing one is tried again, another is not."""

from typing import Any

import pytest
from prometheus_client import REGISTRY

from chassis.language_model import FailureReason
from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.language_model import REQUEST, TEXT, Listener, MakeModel, fail

MINI = "gpt-4o-mini"
THREE_AND_OUT: dict[str, Any] = {"attempts": 1, "breaker_failures": 3}


def asked(server: FakeOpenAI) -> list[str]:
    return [request.body["model"] for request in server.requests]


@pytest.mark.parametrize("fault", [Fault.rate_limited(), Fault.server_error(), Fault.drop(), Fault.cut(0)])
async def test_a_passing_failure_before_the_first_word_is_tried_again(
    server: FakeOpenAI, make_model: MakeModel, fault: Fault
) -> None:
    server.next(fault, fault)
    listener = Listener()

    answer = await make_model().ask(REQUEST, listener)

    assert answer.value.text == "".join(listener.pieces) == TEXT
    assert len(server.requests) == 3


async def test_a_silent_server_is_tried_again(server: FakeOpenAI, make_model: MakeModel) -> None:
    server.next(Fault.hang())

    answer = await make_model(first_text_s=0.5, attempts=5).ask(REQUEST)

    assert answer.value.text == TEXT
    assert len(server.requests) >= 2


async def test_the_server_is_left_alone_for_as_long_as_it_asks(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    server.next(Fault.rate_limited(retry_after_s=0.3))

    await make_model().ask(REQUEST)

    first, second = server.requests
    assert second.received_at_s - first.received_at_s >= 0.3


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
        # A fallback model is tried once.
        (Fault.server_error(), {"attempts": 2, "fallback_model": MINI}, "server_error", 3),
    ],
)
async def test_a_failure_that_would_repeat_itself_is_not_tried_again(
    server: FakeOpenAI,
    make_model: MakeModel,
    *,
    fault: Fault,
    settings: dict[str, Any],
    reason: str,
    requests: int,
) -> None:
    server.next(*[fault] * 5)
    listener = Listener()

    failure = await fail(make_model(**settings), listener)

    assert (failure.reason, len(server.requests)) == (reason, requests)
    assert listener.pieces == []


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
async def test_an_answer_that_broke_after_its_first_words_is_not_asked_for_again(
    server: FakeOpenAI, make_model: MakeModel, fault: Fault, reason: FailureReason
) -> None:
    server.next(fault)
    listener = Listener()

    failure = await fail(make_model(fallback_model=MINI), listener)

    assert (failure.reason, len(server.requests)) == (reason, 1)
    assert listener.pieces
    assert TEXT.startswith("".join(listener.pieces))


async def test_a_failure_quotes_neither_question_nor_answer(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    server.next(Fault.wrong_schema())

    failure = await fail(make_model())

    assert "unexpected" not in str(failure)
    assert failure.__cause__ is None


async def test_the_deadline_ends_an_answer_that_stalls_and_covers_every_attempt(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    server.hold_after(8)
    listener = Listener()
    stalled = await fail(make_model(deadline_s=1.5), listener)
    server.requests.clear()

    server.next(*[Fault.hang()] * 10)
    silent = await fail(make_model(deadline_s=0.5, first_text_s=0.2, attempts=10))

    assert stalled.reason is silent.reason is FailureReason.TIMEOUT
    assert listener.pieces
    assert len(server.requests) <= 3


async def test_a_server_that_is_gone_and_a_wrong_address_are_told_apart(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    gone = await fail(make_model(base_url="http://127.0.0.1:9/v1"))
    wrong = await fail(make_model(base_url=server.base_url.removesuffix("/v1")))

    assert (gone.reason, wrong.reason) == (FailureReason.CONNECTION, FailureReason.MISCONFIGURED)


@pytest.mark.parametrize(
    "fault", [Fault.unknown_model(), Fault.refusal(), Fault.hang(), Fault.rate_limited(retry_after_s=60)]
)
async def test_the_fallback_model_answers_when_the_first_said_nothing(
    server: FakeOpenAI, make_model: MakeModel, fault: Fault
) -> None:
    server.next(fault)

    answer = await make_model(fallback_model=MINI, first_text_s=1.0).ask(REQUEST)

    assert asked(server) == ["gpt-4o", MINI]
    assert (answer.model, answer.value.text) == ("gpt-4o-mini-2024-08-06", TEXT)


@pytest.mark.parametrize("fault", [Fault.server_error(), Fault.cut(8)])
async def test_a_model_that_is_down_is_not_asked_until_it_may_be_back_and_is_shown_to_be(
    server: FakeOpenAI, make_model: MakeModel, fault: Fault
) -> None:
    def state() -> float | None:
        return REGISTRY.get_sample_value("salesbot_language_model_breaker_state", {"model": "shown"})

    server.next(*[fault] * 6)
    model, hasty = (make_model(model="shown", breaker_pause_s=pause_s, **THREE_AND_OUT) for pause_s in (9, 0))
    failures = [(await fail(model)).reason for _ in range(13)]
    assert set(failures[3:]) == {FailureReason.BREAKER_OPEN}
    assert (len(server.requests), state()) == (3, 2)

    for _ in range(3):
        await fail(hasty)
    answers = [(await hasty.ask(REQUEST)).value.text for _ in range(3)]

    assert answers == [TEXT] * 3
    assert state() == 0


async def test_a_fallback_model_stands_in_for_one_that_is_down(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    model, both_down = (
        make_model(**THREE_AND_OUT, fallback_model=MINI, breaker_pause_s=3600) for _ in range(2)
    )
    for _ in range(3):
        server.next(Fault.server_error())
        await model.ask(REQUEST)
        server.next(Fault.server_error(), Fault.server_error())
        await fail(both_down)
    server.requests.clear()

    assert (await model.ask(REQUEST)).value.text == TEXT
    assert (await fail(both_down)).reason is FailureReason.BREAKER_OPEN
    assert asked(server) == [MINI]
