"""Every attempt is allowed before it is made and paid after it, and an answer tells what it cost."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from chassis.language_model import FailureReason
from chassis.language_model.prices import Amount
from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.language_model import REQUEST, TEXT, Listener, MakeModel, fail
from tests.support.spending import RecordingSpendLimiter

NOTHING = Amount(0, 0)


async def test_an_answer_costs_what_its_tokens_cost(make_model: MakeModel) -> None:
    answer = await make_model().ask(REQUEST)

    usage = answer.usage
    assert answer.cost_usd == (usage.input_tokens * 2.5 + usage.output_tokens * 10) / 1_000_000


async def test_an_answer_costs_what_the_attempts_before_it_cost_too(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    server.next(Fault.refusal())

    answer = await make_model(fallback_model="gpt-4o-mini").ask(REQUEST)

    alone = (await make_model(model="gpt-4o-mini").ask(REQUEST)).cost_usd
    refused_tokens = answer.usage.input_tokens // 2
    assert answer.cost_usd > alone + refused_tokens * 2.5 / 1_000_000


async def test_a_failure_costs_what_was_used(server: FakeOpenAI, make_model: MakeModel) -> None:
    server.next(Fault.cut(after_chunks=8))

    failure = await fail(make_model())

    assert failure.usage is not None
    assert failure.cost_usd == (failure.usage.input_tokens * 2.5 + failure.usage.output_tokens * 10) / 1e6


async def test_the_cost_is_counted_by_model(make_model: MakeModel) -> None:
    name, labels = "salesbot_language_model_cost_usd_total", {"model": "gpt-4o-mini"}
    before = REGISTRY.get_sample_value(name, labels) or 0.0

    answer = await make_model(model="gpt-4o-mini").ask(REQUEST)

    assert REGISTRY.get_sample_value(name, labels) == pytest.approx(before + answer.cost_usd)


async def test_the_most_a_call_may_use_is_held_before_it_and_what_it_used_is_settled(
    make_model: MakeModel,
) -> None:
    limiter, conversation_id = RecordingSpendLimiter(), uuid4()

    answer = await make_model(limiter=limiter).ask(replace(REQUEST, conversation_id=conversation_id))

    (reservation,) = limiter.reservations
    assert limiter.conversations == [conversation_id]
    assert reservation.used == Amount(answer.usage.tokens, round(answer.cost_usd * 1_000_000))
    assert reservation.max_amount.tokens >= 1_000 + answer.usage.input_tokens
    assert reservation.max_amount.microusd >= 10_000


async def test_every_attempt_and_the_fallback_model_have_a_hold_of_their_own(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    server.next(Fault.server_error(), Fault.refusal())
    limiter = RecordingSpendLimiter()

    await make_model(limiter=limiter, fallback_model="gpt-4o-mini").ask(REQUEST)

    turned_away, refused, answered = limiter.reservations
    assert turned_away.used == NOTHING
    assert 0 < refused.used.microusd < refused.max_amount.microusd
    assert answered.max_amount.microusd < refused.max_amount.microusd


@pytest.mark.parametrize(
    "fault", [Fault.cut(8), Fault.unfinished(8), Fault.stream_error(8), Fault.truncated(8), Fault.hang()]
)
async def test_a_call_that_failed_half_way_is_paid(
    server: FakeOpenAI, make_model: MakeModel, fault: Fault
) -> None:
    server.next(fault)
    limiter = RecordingSpendLimiter()

    await fail(make_model(limiter=limiter, attempts=1, first_text_s=0.5))

    (reservation,) = limiter.reservations
    assert 0 < reservation.used.microusd < reservation.max_amount.microusd


async def test_a_call_that_was_given_up_is_paid(server: FakeOpenAI, make_model: MakeModel) -> None:
    held, limiter, listener = server.hold_after(8), RecordingSpendLimiter(), Listener()
    asking = asyncio.create_task(make_model(limiter=limiter).ask(REQUEST, listener))
    await held.reached.wait()
    await listener.heard.wait()

    asking.cancel()
    await asyncio.wait([asking])

    (reservation,) = limiter.reservations
    assert asking.cancelled()
    assert 0 < reservation.used.microusd < reservation.max_amount.microusd


async def test_a_call_whose_listener_fails_is_paid(make_model: MakeModel) -> None:
    limiter = RecordingSpendLimiter()

    async def refuse(_: str) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await make_model(limiter=limiter).ask(REQUEST, refuse)

    (reservation,) = limiter.reservations
    assert 0 < reservation.used.microusd < reservation.max_amount.microusd


async def test_a_server_that_does_not_count_is_paid_by_length(make_model: MakeModel) -> None:
    async with FakeOpenAI(
        responder=lambda _: {"text": TEXT, "cups": 2, "note": None}, counts_tokens=False
    ) as silent:
        limiter = RecordingSpendLimiter()
        await make_model(limiter=limiter, base_url=silent.base_url).ask(REQUEST)

    (reservation,) = limiter.reservations
    assert 0 < reservation.used.microusd < reservation.max_amount.microusd


async def test_at_a_cap_the_server_is_not_asked(server: FakeOpenAI, make_model: MakeModel) -> None:
    listener = Listener()

    failure = await fail(
        make_model(limiter=RecordingSpendLimiter(forbidden={1: FailureReason.SPEND_CAP})), listener
    )

    assert (failure.reason, failure.cap) == (FailureReason.SPEND_CAP, "day_usd")
    assert (failure.usage, failure.cost_usd) == (None, 0)
    assert not listener.pieces
    assert not server.requests


async def test_a_refused_question_is_counted_by_its_cap(make_model: MakeModel) -> None:
    name, labels = "salesbot_spend_cap_refusals_total", {"cap": "day_usd"}
    before = REGISTRY.get_sample_value(name, labels) or 0.0

    await fail(make_model(limiter=RecordingSpendLimiter(forbidden={1: FailureReason.SPEND_CAP})))

    assert REGISTRY.get_sample_value(name, labels) == before + 1


async def test_a_cheaper_fallback_model_may_still_fit_under_the_cap(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    limiter = RecordingSpendLimiter(forbidden={1: FailureReason.SPEND_CAP})

    answer = await make_model(limiter=limiter, fallback_model="gpt-4o-mini").ask(REQUEST)

    assert answer.model.startswith("gpt-4o-mini")
    assert len(server.requests) == 1


async def test_a_cap_that_is_reached_between_two_attempts_ends_them(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    server.next(Fault.server_error(), Fault.server_error())

    failure = await fail(make_model(limiter=RecordingSpendLimiter(forbidden={2: FailureReason.SPEND_CAP})))

    assert failure.reason is FailureReason.SPEND_CAP
    assert len(server.requests) == 1


async def test_when_nobody_knows_what_is_spent_no_model_is_asked(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    limiter = RecordingSpendLimiter(forbidden={1: FailureReason.SPEND_UNKNOWN})

    failure = await fail(make_model(limiter=limiter, fallback_model="gpt-4o-mini"))

    assert failure.reason is FailureReason.SPEND_UNKNOWN
    assert limiter.asked == 1
    assert not server.requests


async def test_no_answer_may_be_longer_than_the_cap_on_a_reply(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    limiter = RecordingSpendLimiter()
    limiter.reply_output_tokens = 60

    await make_model(limiter=limiter, max_output_tokens=500).ask(REQUEST)

    assert server.requests[0].body["max_completion_tokens"] == 60


async def test_a_server_that_overlooks_the_limit_is_cut_off(make_model: MakeModel) -> None:
    async with FakeOpenAI(responder=lambda _: {"text": "tea " * 5_000, "cups": 2, "note": None}) as endless:
        limiter = RecordingSpendLimiter()
        failure = await fail(make_model(limiter=limiter, base_url=endless.base_url, max_output_tokens=100))

    assert failure.reason is FailureReason.TRUNCATED
    assert limiter.reservations[0].used.tokens < 1_000
