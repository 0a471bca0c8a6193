"""What stands before the streamed text is handed over as soon as it is complete, and before any text."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import orjson
import pytest
from pydantic import AfterValidator, BaseModel

from chassis.language_model import ModelProfiles, StructuredRequest, UnusableSchema
from chassis.language_model.parameters import ANSWER_FORMATS
from contracts.language_models import AnswerFormat
from tests.support.fake_openai import FakeOpenAI, Fault, StreamShape
from tests.support.fake_openai.shape_table import ANSWERS
from tests.support.language_model import ORDER, ORDERED, REQUEST, TEXT, Drink, MakeModel, Order, Waiter
from tests.support.spending import LISTED, RecordingSpendLimiter

UNDERSTOOD = Order(drinks=["tea", "coffee"], note=None, text="")


@pytest.fixture
async def server() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI(responder=lambda _: ORDERED) as server:
        yield server


async def test_the_fields_come_first_and_once(make_model: MakeModel) -> None:
    waiter = Waiter()

    answer = await make_model().ask(ORDER, waiter.take_text, on_fields=waiter.take_fields)

    assert waiter.taken[0] == UNDERSTOOD
    assert waiter.orders == [UNDERSTOOD]
    assert waiter.text == answer.value.text == TEXT
    assert len(waiter.taken) > 5


async def test_the_fields_come_while_the_server_still_writes(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    hold, waiter, taken = server.hold_after(16), Waiter(), asyncio.Event()

    async def take(order: Order) -> bool:
        taken.set()
        return await waiter.take_fields(order)

    asking = asyncio.create_task(make_model().ask(ORDER, waiter.take_text, on_fields=take))
    await asyncio.wait_for(taken.wait(), 10)

    assert not asking.done()
    hold.release()
    assert (await asking).value.text == TEXT


@pytest.mark.parametrize("order", [("text", "drinks", "note"), ("drinks", "text", "note")])
async def test_in_another_order_the_text_waits_for_the_fields(
    make_model: MakeModel, order: tuple[str, ...]
) -> None:
    waiter = Waiter()
    async with FakeOpenAI(responder=lambda _: {name: ORDERED[name] for name in order}) as disorderly:
        model = make_model(base_url=disorderly.base_url)

        await model.ask(ORDER, waiter.take_text, on_fields=waiter.take_fields)

    assert waiter.taken == [UNDERSTOOD, TEXT]


async def test_a_nullable_field_that_is_left_out_is_handed_over_as_null(make_model: MakeModel) -> None:
    waiter = Waiter()
    answer = {name: value for name, value in ORDERED.items() if name != "note"}
    async with FakeOpenAI(responder=lambda _: answer, checks_schema=False) as careless:
        await make_model(base_url=careless.base_url).ask(
            ORDER, waiter.take_text, on_fields=waiter.take_fields
        )

    assert waiter.taken == [UNDERSTOOD, TEXT]


@pytest.mark.parametrize("shape", ANSWERS, ids=lambda shape: shape.name)
async def test_the_fields_come_before_the_text_in_any_shape(
    server: FakeOpenAI, make_model: MakeModel, shape: StreamShape
) -> None:
    server.next(shape)
    waiter = Waiter()

    await make_model(attempts=1).ask(ORDER, waiter.take_text, on_fields=waiter.take_fields)

    assert waiter.taken[0] == UNDERSTOOD
    assert waiter.orders == [UNDERSTOOD]
    assert waiter.text == TEXT


@pytest.mark.parametrize("answer_format", ANSWER_FORMATS)
async def test_the_fields_come_before_the_text_in_every_format_of_an_answer(
    make_model: MakeModel, answer_format: AnswerFormat
) -> None:
    profile = LISTED["gpt-4o"].model_copy(update={"answer_format": answer_format})
    model, waiter = make_model(profiles=ModelProfiles({"gpt-4o": profile})), Waiter()

    await model.ask(ORDER, waiter.take_text, on_fields=waiter.take_fields)

    assert waiter.taken[0] == UNDERSTOOD
    assert waiter.text == TEXT


async def test_each_attempt_hands_over_its_own_fields(make_model: MakeModel) -> None:
    output, waiter = orjson.dumps(ORDERED).decode(), Waiter()
    # Each piece is one letter, so that the stream breaks between the fields and the first letter of the text.
    async with FakeOpenAI(responder=lambda _: ORDERED, chunks=len(output)) as server:
        server.next(Fault.cut(after_chunks=output.index('"text":"') + len('"text":"')))
        await make_model(base_url=server.base_url).ask(ORDER, waiter.take_text, on_fields=waiter.take_fields)

    assert waiter.taken[:2] == [UNDERSTOOD, UNDERSTOOD]
    assert waiter.text == TEXT
    assert len(server.requests) == 2


class Poem(BaseModel):
    """One whose text has rules of its own."""

    title: str
    text: Annotated[str, AfterValidator(str.upper)]


async def test_the_text_is_validated_with_the_whole(make_model: MakeModel) -> None:
    titles = []

    async def take(poem: Poem) -> bool:
        titles.append(poem.title)
        return True

    request = StructuredRequest(REQUEST.messages, Poem, "text")
    async with FakeOpenAI(
        responder=lambda _: {"title": "Tea", "text": "a\0b"}, checks_schema=False
    ) as server:
        answer = await make_model(base_url=server.base_url).ask(request, on_fields=take)

    assert titles == ["Tea"]
    assert answer.value == Poem(title="Tea", text="AB")


async def test_false_ends_the_call_with_what_was_handed_over(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    hold = server.hold_after(20)
    waiter, limiter = Waiter(goes_on=False), RecordingSpendLimiter()

    answer = await make_model(limiter=limiter).ask(ORDER, waiter.take_text, on_fields=waiter.take_fields)

    hold.release()
    assert answer.value == UNDERSTOOD
    assert waiter.taken == [UNDERSTOOD]
    assert answer.usage.input_tokens > 0
    assert answer.cost_usd > 0
    assert len(server.requests) == 1


@pytest.mark.parametrize("order", [("text", "drinks", "note"), ("drinks", "note", "text")])
async def test_false_ends_the_call_in_any_order(make_model: MakeModel, order: tuple[str, ...]) -> None:
    waiter = Waiter(goes_on=False)
    async with FakeOpenAI(responder=lambda _: {name: ORDERED[name] for name in order}) as server:
        model = make_model(base_url=server.base_url)

        answer = await model.ask(ORDER, waiter.take_text, on_fields=waiter.take_fields)

    assert answer.value == UNDERSTOOD
    assert waiter.taken == [UNDERSTOOD]


@pytest.mark.parametrize(
    "failure",
    [ValueError("mine"), TimeoutError("mine"), OSError("mine")],
    ids=lambda failure: type(failure).__name__,
)
async def test_what_the_taker_raises_comes_out_unchanged_and_is_charged(
    server: FakeOpenAI, make_model: MakeModel, failure: Exception
) -> None:
    waiter, limiter = Waiter(failure=failure), RecordingSpendLimiter()

    with pytest.raises(type(failure)) as raised:
        await make_model(limiter=limiter).ask(ORDER, waiter.take_text, on_fields=waiter.take_fields)

    assert raised.value is failure
    assert len(server.requests) == 1
    assert limiter.reservations[0].used.tokens > 0


async def test_time_for_the_first_field_is_not_time_for_the_first_word(make_model: MakeModel) -> None:
    waiter = Waiter()
    async with FakeOpenAI(responder=lambda _: ORDERED, delay_s=1.5) as slow:
        model = make_model(base_url=slow.base_url, first_text_s=0.5, attempts=1)

        answer = await model.ask(ORDER, waiter.take_text, on_fields=waiter.take_fields)

    assert answer.time_to_first_chunk_s > 0.5


async def test_a_class_that_does_not_end_with_its_text_is_refused(make_model: MakeModel) -> None:
    async def take(_: Drink) -> bool:
        return True

    with pytest.raises(UnusableSchema, match="must end with 'text'"):
        await make_model().ask(StructuredRequest(REQUEST.messages, Drink, "text"), on_fields=take)
