"""What stands before the streamed text is handed over as soon as it is complete, and before any text."""

import asyncio
from typing import Annotated

import orjson
import pytest
from pydantic import AfterValidator, BaseModel

from chassis.language_model import ModelProfiles, StructuredRequest, UnusableSchema
from chassis.language_model.parameters import ANSWER_FORMATS
from contracts.language_models import AnswerFormat
from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.language_model import ORDERED, REQUEST, TEXT, UNDERSTOOD, Drink, MakeModel, Waiter
from tests.support.spending import LISTED, RecordingSpendLimiter


async def test_the_fields_come_while_the_server_still_writes(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    hold, waiter = server.hold_after(16), Waiter()

    asking = asyncio.create_task(waiter.ask(make_model()))
    await asyncio.wait_for(hold.reached.wait(), 10)
    await asyncio.wait_for(waiter.has_taken.wait(), 10)

    assert not asking.done()
    hold.release()
    assert (await asking).value.text == waiter.text == TEXT
    assert waiter.orders == waiter.taken[:1] == [UNDERSTOOD]


@pytest.mark.parametrize("goes_on", [True, False])
@pytest.mark.parametrize("names", ["text drinks note", "drinks text note", "drinks note text", "drinks text"])
async def test_the_fields_come_before_the_text_in_any_order_and_false_ends_the_call_with_them(
    make_model: MakeModel, names: str, *, goes_on: bool
) -> None:
    waiter, limiter = Waiter(goes_on=goes_on), RecordingSpendLimiter()
    answer = {name: ORDERED[name] for name in names.split()}
    # A nullable field that is left out is handed over as null.
    async with FakeOpenAI(responder=lambda _: answer, checks_schema=False) as disorderly:
        told = await waiter.ask(make_model(base_url=disorderly.base_url, limiter=limiter))

    assert waiter.orders == waiter.taken[:1] == [UNDERSTOOD]
    assert waiter.text == told.value.text == (TEXT if goes_on else "")
    assert told.cost_usd > 0
    assert len(limiter.reservations) == 1


@pytest.mark.parametrize("answer_format", ANSWER_FORMATS)
async def test_the_fields_come_before_the_text_in_every_format_of_an_answer(
    make_model: MakeModel, answer_format: AnswerFormat
) -> None:
    profile = LISTED["gpt-4o"].model_copy(update={"answer_format": answer_format})
    waiter = Waiter()

    await waiter.ask(make_model(profiles=ModelProfiles({"gpt-4o": profile})))

    assert waiter.taken[0] == UNDERSTOOD
    assert waiter.text == TEXT


async def test_each_attempt_hands_over_its_own_fields(make_model: MakeModel) -> None:
    output, waiter = orjson.dumps(ORDERED).decode(), Waiter()
    # Each piece is one letter, so that the stream breaks between the fields and the first letter of the text.
    async with FakeOpenAI(responder=lambda _: ORDERED, chunks=len(output)) as server:
        server.next(Fault.cut(after_chunks=output.index('"text":"') + len('"text":"')))
        await waiter.ask(make_model(base_url=server.base_url))

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

    poem = {"title": "Tea", "text": "a\0b"}
    async with FakeOpenAI(responder=lambda _: poem, checks_schema=False) as server:
        model = make_model(base_url=server.base_url)
        answer = await model.ask(StructuredRequest(REQUEST.messages, Poem, "text"), on_fields=take)

    assert titles == ["Tea"]
    assert answer.value == Poem(title="Tea", text="AB")


@pytest.mark.parametrize("failure", [ValueError("mine"), TimeoutError("mine"), OSError("mine")], ids=repr)
async def test_what_the_taker_raises_comes_out_unchanged_and_is_charged(
    server: FakeOpenAI, make_model: MakeModel, failure: Exception
) -> None:
    limiter = RecordingSpendLimiter()

    with pytest.raises(type(failure)) as raised:
        await Waiter(failure=failure).ask(make_model(limiter=limiter))

    assert raised.value is failure
    assert len(server.requests) == 1
    assert limiter.reservations[0].used.tokens > 0


async def test_time_for_the_first_field_is_not_time_for_the_first_word(make_model: MakeModel) -> None:
    async with FakeOpenAI(responder=lambda _: ORDERED, delay_s=1.5) as slow:
        answer = await Waiter().ask(make_model(base_url=slow.base_url, first_text_s=0.5, attempts=1))

    assert answer.time_to_first_chunk_s > 0.5


async def test_a_class_that_does_not_end_with_its_text_is_refused(make_model: MakeModel) -> None:
    async def take(_: Drink) -> bool:
        return True

    with pytest.raises(UnusableSchema, match="must end with 'text'"):
        await make_model().ask(StructuredRequest(REQUEST.messages, Drink, "text"), on_fields=take)
