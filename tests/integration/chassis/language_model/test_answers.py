"""A language model is asked over the wire, and heard while it answers."""

import asyncio

import pytest

from chassis.language_model import StructuredRequest
from tests.support.fake_openai import FakeOpenAI
from tests.support.language_model import REQUEST, TEXT, Drink, Listener, MakeModel
from tests.support.spending import RecordingSpendLimiter


async def test_the_text_is_heard_in_pieces_and_the_whole_is_returned(make_model: MakeModel) -> None:
    listener = Listener()

    answer = await make_model().ask(REQUEST, listener)

    assert answer.value == Drink(text=TEXT, cups=2, note=None)
    assert "".join(listener.pieces) == TEXT
    assert len(listener.pieces) > 10
    assert answer.model == "gpt-4o-2024-08-06"
    assert answer.time_to_first_chunk_s > 0


async def test_text_is_heard_while_the_server_still_writes(server: FakeOpenAI, make_model: MakeModel) -> None:
    hold = server.hold_after(5)
    listener = Listener()

    asking = asyncio.create_task(make_model().ask(REQUEST, listener))
    await asyncio.wait_for(hold.reached.wait(), 10)
    await asyncio.wait_for(listener.heard.wait(), 10)

    assert not asking.done()
    assert TEXT.startswith("".join(listener.pieces))
    hold.release()
    assert (await asking).value.text == TEXT


async def test_the_server_is_asked_for_a_strict_streamed_and_counted_answer_over_one_connection(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    model = make_model(model="gpt-4o-mini", max_output_tokens=77, temperature=None)
    await model.ask(REQUEST)
    await model.ask(StructuredRequest(REQUEST.messages, Drink, "text", max_output_tokens=50))

    first, second = server.requests
    assert first.body["model"] == "gpt-4o-mini"
    assert first.body["messages"][1] == {"role": "user", "content": "Hello?"}
    assert first.body["stream_options"] == {"include_usage": True}
    assert first.body["response_format"]["json_schema"]["strict"] is True
    assert first.body["store"] is False, "nothing is ever kept by the server"
    assert "temperature" not in first.body
    assert first.headers["Authorization"] == "Bearer key"
    assert [each.body["max_completion_tokens"] for each in server.requests] == [77, 50]
    assert first.client_port == second.client_port


async def test_text_of_a_field_written_last_is_heard_too_and_a_compatible_server_needs_no_key(
    make_model: MakeModel,
) -> None:
    async with FakeOpenAI(responder=lambda _: {"cups": 1, "note": None, "text": "Late."}) as disorderly:
        listener = Listener()

        answer = await make_model(api_key=None, base_url=disorderly.base_url).ask(REQUEST, listener)

    assert answer.value.text == "".join(listener.pieces) == "Late."


async def test_what_the_listener_raises_comes_out_unchanged_and_is_charged(make_model: MakeModel) -> None:
    limiter = RecordingSpendLimiter()

    async def drop(_text: str) -> None:
        raise TimeoutError("the listener's own")

    with pytest.raises(TimeoutError, match="the listener's own"):
        await make_model(limiter=limiter).ask(REQUEST, drop)

    assert limiter.reservations[0].used.tokens > 0
