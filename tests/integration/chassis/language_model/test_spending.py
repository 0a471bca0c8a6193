"""Every attempt is allowed before it is made and paid after it; an answer tells what it cost and took."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from chassis.language_model import FailureReason, ModelUnavailable, Usage
from chassis.language_model.prices import Amount
from chassis.translations import ModelTranslator
from tests.integration.chassis.language_model.conftest import metric
from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.language_model import REQUEST, Listener, MakeModel, fail
from tests.support.spending import RecordingSpendLimiter

NOTHING = Amount(0, 0)
MINI = "gpt-4o-mini"
CAP, UNKNOWN = FailureReason.SPEND_CAP, FailureReason.SPEND_UNKNOWN


def cost_usd(usage: Usage) -> float:
    return (usage.input_tokens * 2.5 + usage.output_tokens * 10) / 1_000_000


async def test_the_most_is_held_and_what_was_used_told(make_model: MakeModel, limiter: RecordingSpendLimiter):
    conversation_id, before = uuid4(), metric("language_model_cost_usd_total", model="gpt-4o")
    answer = await make_model(limiter=limiter).ask(replace(REQUEST, conversation_id=conversation_id))
    (reservation,) = limiter.reservations
    assert limiter.conversations == [conversation_id]
    assert answer.usage == Usage(input_tokens=4, output_tokens=len(answer.value.model_dump_json()) // 4 + 1)
    assert answer.cost_usd == cost_usd(answer.usage)
    assert reservation.used == Amount(answer.usage.tokens, round(answer.cost_usd * 1_000_000))
    assert reservation.max_amount.tokens >= 1_000 + answer.usage.input_tokens
    assert reservation.max_amount.microusd >= 10_000
    after = metric("language_model_cost_usd_total", model="gpt-4o")
    assert after == pytest.approx(before + answer.cost_usd)


@pytest.mark.parametrize("last", [Fault.refusal(), Fault.hang()])
async def test_every_attempt_has_a_hold_of_its_own_and_is_paid_as_far_as_the_server_came(
    server: FakeOpenAI, make_model: MakeModel, limiter: RecordingSpendLimiter, last: Fault
) -> None:
    alone = await make_model(model=MINI).ask(REQUEST)
    server.next(Fault.server_error(), Fault.drop(), last)
    answer = await make_model(limiter=limiter, fallback_model=MINI, first_text_s=0.5).ask(REQUEST)
    turned_away, dropped, failed, answered = limiter.reservations
    assert turned_away.used == dropped.used == NOTHING
    assert 0 < failed.used.microusd < failed.max_amount.microusd
    assert answered.max_amount.microusd < failed.max_amount.microusd
    assert answer.usage.input_tokens == 2 * alone.usage.input_tokens
    assert answer.cost_usd == pytest.approx(alone.cost_usd + failed.used.microusd / 1e6, abs=1e-6)


async def test_a_call_that_was_given_up_is_paid(
    server: FakeOpenAI, make_model: MakeModel, limiter: RecordingSpendLimiter
) -> None:
    held, listener = server.hold_after(8), Listener()
    asking = asyncio.create_task(make_model(limiter=limiter).ask(REQUEST, listener))
    await held.reached.wait()
    await listener.heard.wait()
    asking.cancel()
    await asyncio.wait([asking])
    (reservation,) = limiter.reservations
    assert asking.cancelled()
    assert 0 < reservation.used.microusd < reservation.max_amount.microusd


async def test_at_a_cap_only_a_cheaper_fallback_is_asked(server: FakeOpenAI, make_model: MakeModel) -> None:
    listener, before = Listener(), metric("spend_cap_refusals_total", cap="day_usd")
    failure = await fail(make_model(limiter=RecordingSpendLimiter(forbidden={1: CAP})), listener)
    assert (failure.reason, failure.cap, failure.usage, failure.cost_usd) == (CAP, "day_usd", None, 0)
    assert (listener.pieces, len(server.requests)) == ([], 0)
    assert metric("spend_cap_refusals_total", cap="day_usd") == before + 1
    cheaper = make_model(limiter=RecordingSpendLimiter(forbidden={1: CAP}), fallback_model=MINI)
    assert (await cheaper.ask(REQUEST)).model.startswith(MINI)
    assert len(server.requests) == 1


@pytest.mark.parametrize(("forbidden", "requests"), [({2: CAP}, 1), ({1: UNKNOWN}, 0)])
async def test_a_cap_that_is_reached_or_unknown_ends_all_attempts(
    server: FakeOpenAI, make_model: MakeModel, forbidden: Mapping[int, FailureReason], requests: int
) -> None:
    server.next(Fault.server_error(), Fault.server_error())
    limiter = RecordingSpendLimiter(forbidden=forbidden)
    fallback = MINI if UNKNOWN in forbidden.values() else None
    failure = await fail(make_model(limiter=limiter, fallback_model=fallback))
    assert failure.reason in forbidden.values()
    assert (limiter.asked, len(server.requests)) == (requests + 1, requests)


async def test_no_answer_may_be_longer_than_the_cap_on_a_reply(
    server: FakeOpenAI, make_model: MakeModel, limiter: RecordingSpendLimiter
) -> None:
    limiter.reply_output_tokens = 60
    await make_model(limiter=limiter, max_output_tokens=500).ask(REQUEST)
    async with FakeOpenAI(responder=lambda _: {"text": "tea " * 5_000, "cups": 2, "note": None}) as endless:
        overlooked = await fail(make_model(limiter=limiter, base_url=endless.base_url))
    assert server.requests[0].body["max_completion_tokens"] == 60
    assert overlooked.reason is FailureReason.TRUNCATED
    assert limiter.reservations[1].used.tokens < 1_000


async def test_a_translation_is_paid_by_the_day(make_model: MakeModel, limiter: RecordingSpendLimiter):
    lines = [{"number": 1, "text": " Twee. "}, {"number": 0, "text": "Een."}, {"number": 7, "text": "Zeven."}]
    async with FakeOpenAI(responder=lambda _: {"lines": lines, "language": "nl"}) as server:
        said, at_a_cap = (
            ModelTranslator(make_model(limiter=each, base_url=server.base_url), "Translate into {language}.")
            for each in (limiter, RecordingSpendLimiter(forbidden={1: CAP}))
        )
        told = await said.translate(dict.fromkeys(["One.", "Two.", "Three."], "a greeting"), "nl")
        with pytest.raises(ModelUnavailable) as lost:
            await at_a_cap.translate({"Here it is.": "a label"}, "it")

    assert told.texts == {"One.": "Een.", "Two.": "Twee."}
    assert told.cost_usd > 0
    assert limiter.conversations == [None]
    assert (lost.value.reason, lost.value.cost_usd) == (CAP, 0.0)


async def test_an_answer_and_a_failure_are_a_span_each_and_counted(
    server: FakeOpenAI, make_model: MakeModel, spans: InMemorySpanExporter
) -> None:
    def counted(name: str, **labels: str) -> float:
        return metric(f"language_model_{name}", model="counted", **labels)

    server.next(Fault.server_error())
    answer = await make_model(model="counted").ask(REQUEST)
    server.next(Fault.server_error(), Fault.auth_error())
    await fail(make_model())

    span, failed = spans.get_finished_spans()
    assert (span.name, span.kind) == ("chat counted", SpanKind.CLIENT)
    assert dict(span.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "counted",
        "gen_ai.request.max_tokens": 1000,
        "gen_ai.response.model": answer.model,
        "gen_ai.response.time_to_first_chunk": answer.time_to_first_chunk_s,
        "gen_ai.usage.input_tokens": answer.usage.input_tokens,
        "gen_ai.usage.cache_read.input_tokens": answer.usage.cached_input_tokens,
        "gen_ai.usage.output_tokens": answer.usage.output_tokens,
    }
    assert counted("tokens_total", type="input") == answer.usage.input_tokens
    assert counted("tokens_total", type="output") == answer.usage.output_tokens
    assert counted("duration_seconds_count", outcome="answered") == 1
    assert counted("failures_total", reason="server_error") == 1
    assert counted("first_chunk_seconds_count") == 1
    assert failed.attributes["error.type"] == "misconfigured"
    assert failed.status.status_code is StatusCode.ERROR
    assert [each.attributes["error.type"] for each in failed.events] == ["server_error", "misconfigured"]
