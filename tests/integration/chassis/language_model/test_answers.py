"""A language model is heard while it answers, in whatever shape a server sends it; fields come first."""

import asyncio
from dataclasses import replace
from typing import Annotated, Any

import orjson
import pytest
from pydantic import AfterValidator, BaseModel

from chassis.language_model import StructuredRequest
from tests.support.fake_openai import FakeOpenAI, Fault, StreamShape
from tests.support.fake_openai.shape_table import ANSWERS, BROKEN
from tests.support.fake_openai.shapes import stream
from tests.support.language_model import ORDER, ORDERED, REQUEST, TEXT, UNDERSTOOD, MakeModel, Waiter, fail
from tests.support.spending import RecordingSpendLimiter
from tests.support.waiting import until


async def test_fields_and_text_are_heard_while_the_server_writes(server: FakeOpenAI, make_model: MakeModel):
    hold, waiter = server.hold_after(16), Waiter()
    asking = asyncio.create_task(waiter.ask(make_model()))
    await asyncio.wait_for(hold.reached.wait(), 10)
    await until(lambda: waiter.text)

    assert not asking.done()
    assert TEXT.startswith(waiter.text)
    hold.release()
    answer = await asking
    assert answer.value == UNDERSTOOD.model_copy(update={"text": TEXT})
    assert waiter.orders == waiter.taken[:1] == [UNDERSTOOD]
    assert waiter.text == TEXT
    assert len(waiter.taken) > 5
    assert answer.model == "gpt-4o-2024-08-06"
    assert answer.time_to_first_chunk_s > 0


async def test_the_server_is_asked_for_a_strict_counted_stream(server: FakeOpenAI, make_model: MakeModel):
    model = make_model(model="gpt-4o-mini", max_output_tokens=77, temperature=None)
    await model.ask(REQUEST)
    await model.ask(replace(REQUEST, max_output_tokens=50))

    first, second = server.requests
    assert first.body.pop("response_format")["json_schema"]["strict"] is True
    said = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello?"}]
    counted = {"stream": True, "stream_options": {"include_usage": True}, "max_completion_tokens": 77}
    # Nothing is ever kept by the server.
    assert first.body == {"model": "gpt-4o-mini", "messages": said, "store": False} | counted
    assert first.headers["Authorization"] == "Bearer key"
    assert second.body["max_completion_tokens"] == 50
    assert first.client_port == second.client_port


@pytest.mark.parametrize("listener", ["on_text", "on_fields"])
@pytest.mark.parametrize("failure", [ValueError("mine"), TimeoutError("mine"), OSError("mine")], ids=repr)
async def test_what_a_listener_raises_comes_out_unchanged_and_is_charged(
    make_model: MakeModel, limiter: RecordingSpendLimiter, failure: Exception, listener: str
) -> None:
    async def drop(_: object) -> bool:
        raise failure

    takers: dict[str, Any] = {listener: drop}
    with pytest.raises(type(failure)) as raised:
        await make_model(limiter=limiter).ask(ORDER, **takers)
    assert raised.value is failure
    (reservation,) = limiter.reservations
    assert reservation.used.tokens > 0


@pytest.mark.parametrize("goes_on", [True, False])
@pytest.mark.parametrize("names", ["text drinks note", "drinks text note", "drinks note text", "drinks text"])
async def test_the_fields_come_before_the_text_in_any_order_and_false_ends_the_call_with_them(
    make_model: MakeModel, limiter: RecordingSpendLimiter, names: str, *, goes_on: bool
) -> None:
    waiter = Waiter(goes_on=goes_on)
    answer = {name: ORDERED[name] for name in names.split()}
    # A nullable field that is left out is handed over as null; a compatible server needs no key.
    async with FakeOpenAI(responder=lambda _: answer, checks_schema=False) as disorderly:
        told = await waiter.ask(make_model(api_key=None, base_url=disorderly.base_url, limiter=limiter))
    assert waiter.orders == waiter.taken[:1] == [UNDERSTOOD]
    assert waiter.text == told.value.text == (TEXT if goes_on else "")
    assert told.cost_usd > 0
    assert len(limiter.reservations) == 1


async def test_each_attempt_hands_over_its_own_fields(make_model: MakeModel) -> None:
    output, waiter = orjson.dumps(ORDERED).decode(), Waiter()
    # Each piece is one letter, so that the stream breaks between the fields and the first letter of the text.
    async with FakeOpenAI(responder=lambda _: ORDERED, chunks=len(output)) as server:
        server.next(Fault.cut(after_chunks=output.index('"text":"') + len('"text":"')))
        await waiter.ask(make_model(base_url=server.base_url))
    assert waiter.taken[:2] == [UNDERSTOOD, UNDERSTOOD]
    assert (waiter.text, len(server.requests)) == (TEXT, 2)


async def test_the_text_is_validated_with_the_whole(make_model: MakeModel) -> None:
    class Poem(BaseModel):
        title: str
        text: Annotated[str, AfterValidator(str.upper)]

    async def take(poem: Poem) -> bool:
        return poem.title == "Tea"

    poem = {"title": "Tea", "text": "a\0b"}
    async with FakeOpenAI(responder=lambda _: poem, checks_schema=False) as server:
        model = make_model(base_url=server.base_url)
        answer = await model.ask(StructuredRequest(REQUEST.messages, Poem, "text"), on_fields=take)
    assert answer.value == Poem(title="Tea", text="AB")


async def test_time_for_the_first_field_is_not_time_for_the_first_word(make_model: MakeModel) -> None:
    async with FakeOpenAI(responder=lambda _: ORDERED, delay_s=1.5) as slow:
        answer = await Waiter().ask(make_model(base_url=slow.base_url, first_text_s=0.5, attempts=1))
    assert answer.time_to_first_chunk_s > 0.5


@pytest.mark.parametrize("shape", ANSWERS, ids=lambda shape: shape.name)
async def test_a_whole_answer_is_one_in_any_shape_and_its_fields_come_before_its_text(
    server: FakeOpenAI, make_model: MakeModel, shape: StreamShape
) -> None:
    server.next(shape)
    waiter = Waiter()
    # Far below the deadline: no shape may cost the visitor a wait.
    async with asyncio.timeout(5.0):
        answer = await waiter.ask(make_model(deadline_s=60, first_text_s=60, attempts=1))
    assert waiter.orders == waiter.taken[:1] == [UNDERSTOOD]
    assert waiter.text == answer.value.text == TEXT
    assert answer.usage.input_tokens in (4, 11)
    assert 0 < answer.usage.output_tokens < 60
    assert len(server.requests) == 1


async def test_text_is_cleaned_before_it_is_heard(server: FakeOpenAI, make_model: MakeModel) -> None:
    written = r'{"text":"a\u0000b\u2028c\r\nd\ud83de","cups":2,"note":"\u0000"}'
    server.next(StreamShape("unclean", lambda _: stream()(written)))
    waiter = Waiter()
    answer = await make_model().ask(REQUEST, waiter.take_text)
    assert answer.value.text == waiter.text == "ab\nc\nd\N{REPLACEMENT CHARACTER}e"
    assert answer.value.note == ""


@pytest.mark.parametrize(("shape", "reason"), BROKEN, ids=[shape.name for shape, _ in BROKEN])
async def test_a_broken_answer_stays_broken(
    server: FakeOpenAI, make_model: MakeModel, shape: StreamShape, reason: str
) -> None:
    server.next(shape)
    failure = await fail(make_model(deadline_s=0.8, attempts=1))
    assert failure.reason == reason
