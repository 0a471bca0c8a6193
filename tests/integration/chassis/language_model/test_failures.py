"""Every way in which a language model fails has a name, and only a passing one is tried again."""

import pytest

from chassis.language_model import FailureReason
from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.language_model import REQUEST, TEXT, Listener, MakeModel, fail


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


async def test_attempts_are_bounded(server: FakeOpenAI, make_model: MakeModel) -> None:
    server.next(*[Fault.server_error()] * 5)

    failure = await fail(make_model(attempts=2))

    assert failure.reason is FailureReason.SERVER_ERROR
    assert len(server.requests) == 2


async def test_the_server_is_left_alone_for_as_long_as_it_asks(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    server.next(Fault.rate_limited(retry_after_s=0.6))

    await make_model().ask(REQUEST)

    first, second = server.requests
    assert second.received_at_s - first.received_at_s >= 0.6


async def test_a_wait_that_leaves_no_time_to_answer_is_not_begun(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    server.next(Fault.rate_limited(retry_after_s=3600))

    failure = await fail(make_model())

    assert failure.reason is FailureReason.RATE_LIMITED
    assert failure.retry_after_s == 3600
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.out_of_quota(), FailureReason.OUT_OF_QUOTA),
        (Fault.auth_error(), FailureReason.MISCONFIGURED),
        (Fault.unknown_model(), FailureReason.MODEL_GONE),
        (Fault.refusal(), FailureReason.REFUSED),
        (Fault.wrong_schema(), FailureReason.INVALID_ANSWER),
        (Fault.truncated(after_chunks=0), FailureReason.TRUNCATED),
    ],
)
async def test_a_failure_that_would_repeat_itself_is_not_tried_again(
    server: FakeOpenAI, make_model: MakeModel, fault: Fault, reason: FailureReason
) -> None:
    server.next(fault)
    listener = Listener()

    failure = await fail(make_model(), listener)

    assert failure.reason is reason
    assert listener.pieces == []
    assert len(server.requests) == 1


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

    failure = await fail(make_model(fallback_model="gpt-4o-mini"), listener)

    assert failure.reason is reason
    assert TEXT.startswith("".join(listener.pieces))
    assert listener.pieces
    assert len(server.requests) == 1


async def test_the_deadline_ends_an_answer_that_stalls(server: FakeOpenAI, make_model: MakeModel) -> None:
    server.hold_after(8)
    listener = Listener()

    failure = await fail(make_model(deadline_s=1.5), listener)

    assert failure.reason is FailureReason.TIMEOUT
    assert listener.pieces


async def test_the_deadline_covers_every_attempt(server: FakeOpenAI, make_model: MakeModel) -> None:
    server.next(*[Fault.hang()] * 10)

    failure = await fail(make_model(deadline_s=0.5, first_text_s=0.2, attempts=10))

    assert failure.reason is FailureReason.TIMEOUT
    assert len(server.requests) <= 3


async def test_a_server_that_is_gone_is_a_failed_connection(make_model: MakeModel) -> None:
    async with FakeOpenAI() as gone:
        base_url = gone.base_url

    failure = await fail(make_model(base_url=base_url))

    assert failure.reason is FailureReason.CONNECTION


async def test_a_wrong_address_is_a_misconfiguration(server: FakeOpenAI, make_model: MakeModel) -> None:
    failure = await fail(make_model(base_url=server.base_url.removesuffix("/v1")))

    assert failure.reason is FailureReason.MISCONFIGURED


async def test_a_failure_quotes_neither_question_nor_answer(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    server.next(Fault.wrong_schema())

    failure = await fail(make_model())

    assert "unexpected" not in str(failure)
    assert failure.__cause__ is None
