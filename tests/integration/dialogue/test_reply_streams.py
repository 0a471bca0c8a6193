"""What every reply stream promises: the one in Redis, and the fake that stands for it."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from contracts.reply_stream import Done, Failed
from contracts.values import Stage
from services.dialogue.ports import ReplyWriter
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


FIRST, SECOND, RESULT = "first", "second", "result"
LEAD_IN, WHOLE = "Here it is:", "Here it is:\n\nA proposal"
BEGUN = ((FIRST, "append", "Hel"), (FIRST, "flush", ""))
OVERTAKEN = (*BEGUN, (SECOND, "append", "Good day"), (SECOND, "flush", ""))
PROPOSAL = ((RESULT, "append", "\n\nA proposal"), (RESULT, "finish", WHOLE))

# Who does what, the frames that a reader then finds, and the text that they make.
Script = tuple[Sequence[tuple[str, str, str]], str, str]
SCRIPTS: dict[str, Script] = {
    "a text and its end": (
        ((FIRST, "append", "Hello "), (FIRST, "append", "there"), (FIRST, "finish", "Hello there")),
        "1-1 delta, 1-2 done",
        "Hello there",
    ),
    "flushed text is there at once and once": ((*BEGUN, (FIRST, "flush", "")), "1-1 delta", "Hel"),
    "a replacement takes back what was shown and what was about to be": (
        (*BEGUN, (FIRST, "append", "lo"), (FIRST, "replace", "Good day"), (FIRST, "finish", "Good day")),
        "1-1 delta, 1-2 replace, 1-3 done",
        "Good day",
    ),
    "a later attempt takes back an earlier one": (
        (*OVERTAKEN, (SECOND, "finish", "Good day")),
        "1-1 delta, 2-1 reset, 2-2 delta, 2-3 done",
        "Good day",
    ),
    "a later attempt that says everything at once takes back an earlier one": (
        (*BEGUN, (SECOND, "append", "Good day"), (SECOND, "finish", "Good day")),
        "1-1 delta, 2-1 reset, 2-2 delta, 2-3 done",
        "Good day",
    ),
    "an attempt that was overtaken adds nothing": (
        (*OVERTAKEN, (FIRST, "append", "lo"), (FIRST, "finish", "Hello")),
        "1-1 delta, 2-1 reset, 2-2 delta",
        "Good day",
    ),
    "a result goes on where another writer ended": (
        ((FIRST, "append", LEAD_IN), (FIRST, "flush", ""), *PROPOSAL),
        "1-1 delta, 1-2 delta, 1-3 done",
        WHOLE,
    ),
    "a result goes on within the last attempt": (
        (*BEGUN, (SECOND, "append", LEAD_IN), (SECOND, "flush", ""), *PROPOSAL),
        "1-1 delta, 2-1 reset, 2-2 delta, 2-3 delta, 2-4 done",
        WHOLE,
    ),
    "a beginning that was lost is written again": (PROPOSAL, "1-1 delta, 1-2 delta, 1-3 done", WHOLE),
}


async def play(written: Written, turn_id: UUID, steps: Sequence[tuple[str, str, str]]) -> None:
    writers: dict[str, ReplyWriter] = {}
    for who, what, text in steps:
        if who not in writers:
            replies = written.replies
            writers[who] = replies.go_on(turn_id, after=LEAD_IN) if who == RESULT else replies.open(turn_id)
        match what:
            case "append":
                await writers[who].append(text)
            case "replace":
                await writers[who].replace(text)
            case "flush":
                await writers[who].flush()
            case "finish":
                await writers[who].finish(done(turn_id, text))


@pytest.mark.parametrize(("steps", "frames", "text"), SCRIPTS.values(), ids=SCRIPTS)
async def test_a_reader_finds_the_frames_that_make_the_reply(
    written: Written, steps: Sequence[tuple[str, str, str]], frames: str, text: str
) -> None:
    turn_id = uuid4()

    await play(written, turn_id, steps)

    found = await written.frames(turn_id)
    assert ", ".join(f"{frame.id} {frame.kind.value}" for frame in found) == frames
    assert shown(found) == text


async def test_a_failed_turn_ends_with_what_the_visitor_is_told(written: Written) -> None:
    turn_id = uuid4()

    await written.replies.open(turn_id).fail(
        Failed(conversation_id=uuid4(), turn_id=turn_id, response="Sorry.")
    )

    (end,) = await written.frames(turn_id)
    assert Failed.model_validate_json(end.data).response == "Sorry."
