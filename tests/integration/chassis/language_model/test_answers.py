"""A language model is asked over the wire, and heard while it answers."""

import asyncio

import pytest

from chassis.language_model import StructuredRequest, Usage
from tests.support.fake_openai import FakeOpenAI
from tests.support.language_model import REQUEST, TEXT, Drink, Listener, MakeModel


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


async def test_the_server_is_asked_for_a_strict_streamed_and_counted_answer(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    await make_model(model="gpt-4o-mini", max_output_tokens=77, temperature=None).ask(REQUEST)

    body = server.requests[0].body
    assert body["model"] == "gpt-4o-mini"
    assert body["messages"][1] == {"role": "user", "content": "Hello?"}
    assert body["stream_options"] == {"include_usage": True}
    assert body["max_completion_tokens"] == 77
    assert body["response_format"]["json_schema"]["strict"] is True
    assert "temperature" not in body
    assert server.requests[0].headers["Authorization"] == "Bearer key"


async def test_a_request_may_have_its_own_token_limit(server: FakeOpenAI, make_model: MakeModel) -> None:
    request = StructuredRequest(REQUEST.messages, Drink, "text", max_output_tokens=50)

    await make_model().ask(request)

    assert server.requests[0].body["max_completion_tokens"] == 50


async def test_a_compatible_server_needs_no_key(make_model: MakeModel) -> None:
    answer = await make_model(api_key=None).ask(REQUEST)

    assert answer.value.cups == 2


async def test_the_tokens_charged_are_those_the_server_counts(make_model: MakeModel) -> None:
    answer = await make_model().ask(REQUEST)

    assert answer.usage == Usage(input_tokens=4, output_tokens=len(answer.value.model_dump_json()) // 4 + 1)


async def test_a_server_that_counts_no_tokens_is_counted_for(make_model: MakeModel) -> None:
    async with FakeOpenAI(counts_tokens=False) as uncounting:
        answer = await make_model(base_url=uncounting.base_url).ask(REQUEST)

    assert answer.usage.input_tokens == 4
    assert answer.usage.output_tokens >= len(answer.value.text) // 4


async def test_text_of_a_field_written_last_is_heard_too(make_model: MakeModel) -> None:
    async with FakeOpenAI(responder=lambda _: {"cups": 1, "note": None, "text": "Late."}) as disorderly:
        listener = Listener()

        answer = await make_model(base_url=disorderly.base_url).ask(REQUEST, listener)

    assert answer.value.text == "Late."
    assert "".join(listener.pieces) == "Late."


async def test_an_answer_that_has_begun_may_take_until_the_deadline(make_model: MakeModel) -> None:
    async with FakeOpenAI(delay_s=1.0) as slow:
        answer = await make_model(base_url=slow.base_url, first_text_s=0.7, attempts=1).ask(REQUEST)

    assert answer.value.text


async def test_what_the_listener_raises_comes_out_unchanged(make_model: MakeModel) -> None:
    async def drop(_text: str) -> None:
        raise TimeoutError("the listener's own")

    with pytest.raises(TimeoutError, match="the listener's own"):
        await make_model().ask(REQUEST, drop)


async def test_connections_are_used_again(server: FakeOpenAI, make_model: MakeModel) -> None:
    model = make_model()

    for _ in range(3):
        await model.ask(REQUEST)

    assert len({request.client_port for request in server.requests}) == 1
