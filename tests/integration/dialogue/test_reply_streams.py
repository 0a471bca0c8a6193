"""What every reply stream promises: the one in Redis, and the fake that stands for it."""

from uuid import UUID, uuid4

import pytest

from contracts.reply_stream import Done, Failed
from contracts.values import Stage
from tests.integration.dialogue.conftest import Written
from tests.support.dialogue_fakes import shown


@pytest.fixture(params=["written_to_redis", "written_to_memory"])
def written(request: pytest.FixtureRequest) -> Written:
    found: Written = request.getfixturevalue(request.param)
    return found


def done(turn_id: UUID, response: str) -> Done:
    return Done(
        conversation_id=uuid4(),
        turn_id=turn_id,
        response=response,
        stage=Stage.UNDERSTAND,
        calendly_shown=False,
        degraded=False,
        sequence=1,
    )


async def steps(written: Written, turn_id: UUID) -> list[tuple[str, str]]:
    return [(frame.id, frame.kind.value) for frame in await written.frames(turn_id)]


async def test_a_reply_is_its_text_and_its_end(written: Written):
    turn_id = uuid4()
    writer = written.replies.open(turn_id)

    await writer.append("Hello ")
    await writer.append("there")
    await writer.finish(done(turn_id, "Hello there"))

    assert await steps(written, turn_id) == [("1-1", "delta"), ("1-2", "done")]
    frames = await written.frames(turn_id)
    assert shown(frames) == "Hello there"
    assert Done.model_validate_json(frames[-1].data).response == "Hello there"


async def test_flushed_text_is_there_at_once_and_once(written: Written):
    turn_id = uuid4()
    writer = written.replies.open(turn_id)

    await writer.append("Hello")
    await writer.flush()
    await writer.flush()

    assert await steps(written, turn_id) == [("1-1", "delta")]


async def test_replacing_takes_back_what_was_shown_and_what_was_about_to_be(written: Written):
    turn_id = uuid4()
    writer = written.replies.open(turn_id)
    await writer.append("Hello")
    await writer.flush()
    await writer.append(" there")

    await writer.replace("Good day")
    await writer.finish(done(turn_id, "Good day"))

    assert await steps(written, turn_id) == [("1-1", "delta"), ("1-2", "replace"), ("1-3", "done")]
    assert shown(await written.frames(turn_id)) == "Good day"


async def test_a_failed_turn_ends_with_what_the_visitor_is_told(written: Written):
    turn_id = uuid4()

    await written.replies.open(turn_id).fail(
        Failed(conversation_id=uuid4(), turn_id=turn_id, response="Sorry.")
    )

    (end,) = await written.frames(turn_id)
    assert Failed.model_validate_json(end.data).response == "Sorry."


async def test_a_later_attempt_takes_back_what_an_earlier_one_wrote(written: Written):
    turn_id = uuid4()
    first, second = written.replies.open(turn_id), written.replies.open(turn_id)
    await first.append("Hel")
    await first.flush()

    await second.append("Good day")
    await second.flush()
    await second.finish(done(turn_id, "Good day"))

    assert await steps(written, turn_id) == [
        ("1-1", "delta"),
        ("2-1", "reset"),
        ("2-2", "delta"),
        ("2-3", "done"),
    ]
    assert shown(await written.frames(turn_id)) == "Good day"


async def test_a_later_attempt_that_says_everything_at_once_takes_back_the_earlier_one(written: Written):
    turn_id = uuid4()
    first, second = written.replies.open(turn_id), written.replies.open(turn_id)
    await first.append("Hel")
    await first.flush()

    await second.append("Good day")
    await second.finish(done(turn_id, "Good day"))

    assert await steps(written, turn_id) == [
        ("1-1", "delta"),
        ("2-1", "reset"),
        ("2-2", "delta"),
        ("2-3", "done"),
    ]


async def test_an_attempt_that_was_overtaken_adds_nothing_more(written: Written):
    turn_id = uuid4()
    first, second = written.replies.open(turn_id), written.replies.open(turn_id)
    await first.append("Hel")
    await first.flush()
    await second.append("Good day")
    await second.flush()
    before = await steps(written, turn_id)

    await first.append("lo")
    await first.finish(done(turn_id, "Hello"))

    assert await steps(written, turn_id) == before


async def test_a_reply_goes_on_where_another_writer_left_it(written: Written):
    turn_id = uuid4()
    asking = written.replies.open(turn_id)
    await asking.append("Here it is:")
    await asking.flush()

    result = written.replies.go_on(turn_id, after="Here it is:")
    await result.append("\n\nA proposal")
    await result.finish(done(turn_id, "Here it is:\n\nA proposal"))

    assert await steps(written, turn_id) == [("1-1", "delta"), ("1-2", "delta"), ("1-3", "done")]
    assert shown(await written.frames(turn_id)) == "Here it is:\n\nA proposal"


async def test_a_reply_goes_on_within_the_attempt_that_was_the_last(written: Written):
    turn_id = uuid4()
    for text in ("Her", "Here it is:"):
        attempt = written.replies.open(turn_id)
        await attempt.append(text)
        await attempt.flush()

    result = written.replies.go_on(turn_id, after="Here it is:")
    await result.append("\n\nA proposal")
    await result.flush()

    assert (await steps(written, turn_id))[-1] == ("2-3", "delta")
    assert shown(await written.frames(turn_id)) == "Here it is:\n\nA proposal"


async def test_where_the_beginning_was_lost_it_is_written_again(written: Written):
    turn_id = uuid4()

    result = written.replies.go_on(turn_id, after="Here it is:")
    await result.append("\n\nA proposal")
    await result.finish(done(turn_id, "Here it is:\n\nA proposal"))

    assert shown(await written.frames(turn_id)) == "Here it is:\n\nA proposal"
    assert (await steps(written, turn_id))[-1] == ("1-3", "done")
