"""A model that is down costs nobody a wait, and is asked again by itself."""

from prometheus_client import REGISTRY

from chassis.language_model import FailureReason
from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.language_model import REQUEST, TEXT, Listener, MakeModel, fail

THREE_AND_OUT = {"attempts": 1, "breaker_failures": 3}


async def test_a_model_that_is_down_is_not_asked_any_more(server: FakeOpenAI, make_model: MakeModel) -> None:
    server.next(*[Fault.server_error()] * 3)
    model = make_model(**THREE_AND_OUT)
    for _ in range(3):
        await fail(model)

    failures = [await fail(model) for _ in range(10)]

    assert {failure.reason for failure in failures} == {FailureReason.BREAKER_OPEN}
    assert len(server.requests) == 3


async def test_the_failure_that_opens_the_breaker_is_not_waited_out(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    server.next(*[Fault.server_error()] * 3)

    failure = await fail(make_model(attempts=3, breaker_failures=2))

    assert failure.reason is FailureReason.SERVER_ERROR
    assert len(server.requests) == 2


async def test_when_both_models_are_down_nobody_waits_for_either(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    model = make_model(**THREE_AND_OUT, fallback_model="gpt-4o-mini", breaker_pause_s=3600)
    for _ in range(3):
        server.next(Fault.server_error(), Fault.server_error())
        await fail(model)
    server.requests.clear()

    failure = await fail(model)

    assert failure.reason is FailureReason.BREAKER_OPEN
    assert not server.requests


async def test_a_fallback_model_that_works_stands_in_until_the_first_returns(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    model = make_model(**THREE_AND_OUT, fallback_model="gpt-4o-mini", breaker_pause_s=3600)
    for _ in range(3):
        server.next(Fault.server_error())
        await model.ask(REQUEST)
    server.requests.clear()

    answer = await model.ask(REQUEST)

    assert answer.value.text == TEXT
    assert [request.body["model"] for request in server.requests] == ["gpt-4o-mini"]


async def test_a_model_that_is_back_is_found_out_by_the_next_question(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    server.next(*[Fault.server_error()] * 3)
    model = make_model(**THREE_AND_OUT, breaker_pause_s=0)
    for _ in range(3):
        await fail(model)

    answers = [(await model.ask(REQUEST)).value.text for _ in range(5)]

    assert answers == [TEXT] * 5


async def test_a_refusal_that_is_our_own_fault_is_no_outage(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    server.next(*[Fault.refused(400, "Too long.", code="context_length_exceeded")] * 10)
    model = make_model(**THREE_AND_OUT)
    for _ in range(10):
        await fail(model)

    assert (await model.ask(REQUEST)).value.text == TEXT


async def test_an_answer_that_breaks_in_the_middle_counts_too(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    server.next(*[Fault.cut(8)] * 3)
    model, listener = make_model(**THREE_AND_OUT), Listener()
    for _ in range(3):
        await fail(model, listener)

    failure = await fail(model)

    assert listener.pieces
    assert failure.reason is FailureReason.BREAKER_OPEN


async def test_an_outage_is_shown_until_it_is_over(server: FakeOpenAI, make_model: MakeModel) -> None:
    def state() -> float | None:
        return REGISTRY.get_sample_value("salesbot_language_model_breaker_state", {"model": "shown"})

    server.next(*[Fault.server_error()] * 3)
    model = make_model(**THREE_AND_OUT, model="shown", breaker_pause_s=0)
    states = [state()]
    for _ in range(3):
        await fail(model)
    states.append(state())
    await model.ask(REQUEST)
    states.append(state())

    assert states == [0, 2, 0]
