"""A frame of a reply reads back as it was sent, and frames have an order."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from contracts.reply_stream import (
    FINAL_FRAMES,
    Done,
    Failed,
    Frame,
    FrameKind,
    Reset,
    Text,
    UnreadableFrame,
    reply_key,
)
from contracts.text import clean_text
from contracts.values import Stage
from tests.support.event_records import CONVERSATION, TURN

WHOSE = {"conversation_id": CONVERSATION, "turn_id": TURN}
DONE = Done(**WHOSE, response="Hi.", stage=Stage.UNDERSTAND, calendly_shown=False, degraded=True, sequence=3)
frame_ids = st.tuples(st.integers(1, 10**6), st.integers(0, 10**9)).map(lambda parts: "{}-{}".format(*parts))


@given(frame_id=frame_ids, kind=st.sampled_from([FrameKind.DELTA, FrameKind.REPLACE]), text=st.text())
def test_a_frame_is_read_from_the_channel_as_it_was_sent(frame_id: str, kind: FrameKind, text: str) -> None:
    frame = Frame(frame_id, kind, Text(text=text).model_dump_json())

    again = Frame.from_channel(frame.to_channel())

    assert again == frame
    assert Text.model_validate_json(again.data).text == clean_text(text)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("reset", Reset(attempt=2)),
        ("done", DONE),
        ("error", Failed(**WHOSE, response="A colleague will write.")),
    ],
)
def test_the_data_of_every_kind_of_frame_reads_back(kind: str, data: BaseModel) -> None:
    frame = Frame("1-0", FrameKind(kind), data.model_dump_json())

    again = Frame.from_channel(frame.to_channel())

    assert type(data).model_validate_json(again.data) == data


def test_frames_are_ordered_by_number_and_a_later_attempt_comes_after_every_earlier_one() -> None:
    frames = [Frame(frame_id, FrameKind.DELTA, "{}") for frame_id in ("2-0", "1-10", "1-9", "10-1")]

    ordered = sorted(frames, key=lambda frame: frame.position)

    assert [frame.id for frame in ordered] == ["1-9", "1-10", "2-0", "10-1"]


def test_only_a_complete_or_failed_reply_ends_the_stream() -> None:
    assert {FrameKind.DONE, FrameKind.ERROR} == FINAL_FRAMES


@pytest.mark.parametrize(
    "text",
    ["", "1-0", "1-0 delta", "1-0 shout {}", "1-0 delta {}", '1-0 done {"text": "Hi"}',
     '1 delta {"text": "Hi"}', '\uff11-1 delta {"text": "Hi"}'],
)  # fmt: skip
def test_text_that_is_no_frame_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFrame):
        Frame.from_channel(text)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ('{"text": "Hi", "mood": "good"}', '{"text": "Hi", "mood": "good"}'),
        ('{"text":\n\n"Hi"}', '{"text":"Hi"}'),
    ],
    ids=["of a newer version", "of several lines"],
)
def test_data_is_read_as_it_is_on_one_line(sent: str, read: str) -> None:
    assert Frame.from_channel(f"1-0 delta {sent}") == Frame("1-0", FrameKind.DELTA, read)


def test_the_key_of_a_turn_keeps_its_stream_and_channel_in_one_cluster_slot() -> None:
    assert reply_key(UUID(int=7)) == "reply:{00000000-0000-0000-0000-000000000007}"


def test_a_refusal_of_a_frame_never_quotes_what_was_said() -> None:
    with pytest.raises(ValueError, match="text") as refusal:
        Text.model_validate_json('{"text": ["my password is swordfish"]}')

    assert "swordfish" not in str(refusal.value)
