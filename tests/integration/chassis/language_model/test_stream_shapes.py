"""A whole answer is understood in whatever shape a server sends it; a broken one stays broken."""

import asyncio

import pytest

from tests.support.fake_openai import FakeOpenAI, StreamShape
from tests.support.fake_openai.shape_table import ANSWERS, BROKEN
from tests.support.fake_openai.shapes import stream
from tests.support.language_model import REQUEST, TEXT, UNDERSTOOD, Listener, MakeModel, Waiter, fail

# Far below the deadline: no shape may cost the visitor a wait.
PROMPT_S = 5.0


@pytest.mark.parametrize("shape", ANSWERS, ids=lambda shape: shape.name)
async def test_a_whole_answer_is_one_in_any_shape_and_its_fields_come_before_its_text(
    server: FakeOpenAI, make_model: MakeModel, shape: StreamShape
) -> None:
    server.next(shape)
    waiter = Waiter()

    async with asyncio.timeout(PROMPT_S):
        model = make_model(deadline_s=60, first_text_s=60, attempts=1)
        answer = await waiter.ask(model)

    assert waiter.taken[0] == UNDERSTOOD
    assert waiter.orders == [UNDERSTOOD]
    assert waiter.text == answer.value.text == TEXT
    assert answer.usage.input_tokens in (4, 11)
    assert 0 < answer.usage.output_tokens < 60
    assert len(server.requests) == 1


async def test_text_that_cannot_be_stored_or_relayed_is_cleaned_before_it_is_heard(
    server: FakeOpenAI, make_model: MakeModel
) -> None:
    written = r'{"text":"a\u0000b\u2028c\r\nd\ud83de","cups":2,"note":"\u0000"}'
    server.next(StreamShape("unclean", lambda _: stream()(written)))
    listener = Listener()

    answer = await make_model().ask(REQUEST, listener)

    assert answer.value.text == "".join(listener.pieces) == "ab\nc\nd\N{REPLACEMENT CHARACTER}e"
    assert answer.value.note == ""


@pytest.mark.parametrize(("shape", "reason"), BROKEN, ids=[shape.name for shape, _ in BROKEN])
async def test_a_broken_answer_stays_broken(
    server: FakeOpenAI, make_model: MakeModel, shape: StreamShape, reason: str
) -> None:
    server.next(shape)

    failure = await fail(make_model(deadline_s=0.8, attempts=1))

    assert failure.reason == reason
