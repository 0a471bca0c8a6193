"""Another model answers in place of one that said nothing, and all that was charged is told."""

import pytest

from chassis.language_model import FailureReason
from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.language_model import REQUEST, TEXT, MakeModel, fail


@pytest.mark.parametrize(
    "fault", [Fault.unknown_model(), Fault.refusal(), Fault.hang(), Fault.rate_limited(retry_after_s=60)]
)
async def test_the_fallback_model_answers_when_the_first_said_nothing(
    server: FakeOpenAI, make_model: MakeModel, fault: Fault
) -> None:
    server.next(fault)
    model = make_model(fallback_model="gpt-4o-mini", first_text_s=1.0)

    answer = await model.ask(REQUEST)

    assert [request.body["model"] for request in server.requests] == ["gpt-4o", "gpt-4o-mini"]
    assert answer.model == "gpt-4o-mini-2024-08-06"
    assert answer.value.text == TEXT


async def test_the_fallback_model_is_tried_once(server: FakeOpenAI, make_model: MakeModel) -> None:
    server.next(Fault.unknown_model(), *[Fault.server_error()] * 3)

    failure = await fail(make_model(fallback_model="gpt-4o-mini"))

    assert failure.reason is FailureReason.SERVER_ERROR
    assert len(server.requests) == 2


async def test_a_failed_attempt_that_was_charged_is_on_the_bill(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    alone = (await make_model().ask(REQUEST)).usage
    server.next(Fault.refusal())

    answer = await make_model(fallback_model="gpt-4o-mini").ask(REQUEST)

    assert answer.usage.input_tokens == 2 * alone.input_tokens
    assert answer.usage.output_tokens > alone.output_tokens


@pytest.mark.parametrize("fault", [Fault.truncated(after_chunks=8), Fault.cut(after_chunks=8), Fault.hang()])
async def test_a_failure_tells_what_was_used(server: FakeOpenAI, make_model: MakeModel, fault: Fault) -> None:
    server.next(fault)

    failure = await fail(make_model(attempts=1, first_text_s=0.5))

    assert failure.usage is not None
    assert failure.usage.input_tokens == 4


@pytest.mark.parametrize("fault", [Fault.server_error(), Fault.rate_limited(), Fault.drop()])
async def test_a_server_that_did_not_answer_has_used_nothing(
    server: FakeOpenAI, make_model: MakeModel, fault: Fault
) -> None:
    server.next(fault)

    failure = await fail(make_model(attempts=1))

    assert failure.usage is None
