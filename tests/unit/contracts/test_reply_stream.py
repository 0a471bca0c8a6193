"""A frame of a reply reads back as it was sent, and frames have an order."""

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from contracts.reply_stream import Done, Failed, Frame, FrameKind, Reset, Text, UnreadableFrame
from contracts.values import Stage
from tests.support.event_records import CONVERSATION, TURN

WHOSE = {"conversation_id": CONVERSATION, "turn_id": TURN}
DONE = Done(**WHOSE, response="Hi.", stage=Stage.UNDERSTAND, calendly_shown=False, degraded=True, sequence=3)
FAILED = Failed(**WHOSE, response="A colleague will write.")
OTHERS = [(FrameKind.RESET, Reset(attempt=2)), (FrameKind.DONE, DONE), (FrameKind.ERROR, FAILED)]
WORDS = st.sampled_from([FrameKind.DELTA, FrameKind.REPLACE])
SAID = st.tuples(WORDS, st.builds(Text, text=st.text())) | st.sampled_from(OTHERS)


@given(attempt=st.integers(1, 10**6), number=st.integers(0, 10**9), said=SAID)
def test_a_frame_reads_back_as_sent(attempt: int, number: int, said: tuple[FrameKind, BaseModel]) -> None:
    kind, data = said
    frame = Frame(f"{attempt}-{number}", kind, data.model_dump_json())
    again = Frame.from_channel(frame.to_channel())
    assert (again, again.position) == (frame, (attempt, number))
    assert type(data).model_validate_json(again.data) == data


@pytest.mark.parametrize(
    "text",
    ["", "1-0 delta", "1-0 shout {}", "1-0 delta {}", '1-0 done {"text": "Hi"}', '1 delta {"text": "Hi"}',
     '\uff11-1 delta {"text": "Hi"}', '1-0 delta {"text": ["my password is swordfish"]}'],
)  # fmt: skip
def test_text_that_is_no_frame_is_refused_and_never_quoted(text: str) -> None:
    with pytest.raises(UnreadableFrame) as refusal:
        Frame.from_channel(text)
    assert "swordfish" not in "".join(traceback.format_exception(refusal.value))


def test_data_is_read_as_it_is_and_on_one_line() -> None:
    newer = '{"text": "Hi", "mood": "good"}'
    for sent, read in ((newer, newer), ('{"text":\n\n"Hi"}', '{"text":"Hi"}')):
        assert Frame.from_channel(f"1-0 delta {sent}") == Frame("1-0", FrameKind.DELTA, read)
