"""The text of a field is readable while the JSON around it is still being written."""

import json
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chassis.language_model.streamed_text import StreamedText

# Every character that UTF-8 can carry; lone surrogates cannot be sent at all.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@st.composite
def texts_in_pieces(draw: st.DrawFn) -> tuple[str, list[str]]:
    text = draw(TEXTS)
    answer = {"reply": text, "reply_again": draw(TEXTS)}
    indent = draw(st.sampled_from([None, 2]))
    written = json.dumps(answer, ensure_ascii=draw(st.booleans()), indent=indent)
    cuts = sorted(draw(st.sets(st.integers(0, len(written)))) | {0, len(written)})
    return text, [written[start:end] for start, end in pairwise(cuts)]


def read(pieces: list[str], field: str = "reply") -> list[str]:
    streamed = StreamedText(field)
    return [streamed.feed(piece) for piece in pieces]


@given(texts_in_pieces())
@example(("😀", list(r'{"reply": "\ud83d\ude00"}')))
@example(('\\"', list(r'{"reply": "\\\""}')))
def test_any_text_cut_anywhere_is_read_unchanged(case: tuple[str, list[str]]) -> None:
    text, pieces = case

    assert "".join(read(pieces)) == text


def test_text_is_read_as_soon_as_it_is_written() -> None:
    assert read(['{"reply": "He', "llo", ', Ann"']) == ["He", "llo", ", Ann"]


def test_half_a_character_waits_for_its_other_half() -> None:
    assert read([r'{"reply": "a\ud83', "d", r"\ude0", '0b"}']) == ["a", "", "", "😀b"]


def test_half_a_character_that_stays_alone_is_replaced() -> None:
    assert read([r'{"reply": "a\ud83d', 'b"}']) == ["a", "\N{REPLACEMENT CHARACTER}b"]


def test_half_a_character_at_the_end_is_replaced() -> None:
    assert read([r'{"reply": "a\ud83d', '"}']) == ["a", "\N{REPLACEMENT CHARACTER}"]


def test_nothing_after_the_field_is_read() -> None:
    assert read(['{"reply": "yes"', ', "reply": "no"}']) == ["yes", ""]


@pytest.mark.parametrize(
    "written",
    [
        '{"other": "text", "reply": "late"}',
        '{"reply": null}',
        '{"reply": ["text"]}',
        '["reply", "text"]',
        "reply: text",
        "",
    ],
)
def test_json_that_does_not_begin_with_the_field_yields_no_text(written: str) -> None:
    assert "".join(read(list(written))) == ""


@pytest.mark.parametrize("broken", [r"\x41", r"\u00zz"])
def test_text_ends_at_an_escape_that_json_does_not_know(broken: str) -> None:
    assert "".join(read(list('{"reply": "good' + broken + 'bad"}'))) == "good"
