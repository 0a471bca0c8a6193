"""The text of a field is readable while the JSON around it is still being written."""

import json
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chassis.language_model.streamed_text import StreamedText
from contracts.text import clean_text

# Every character that UTF-8 can carry; lone surrogates cannot be sent at all.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@st.composite
def texts_in_pieces(draw: st.DrawFn) -> tuple[str, list[str]]:
    text = draw(TEXTS)
    before = draw(
        st.dictionaries(st.sampled_from(["understood", "action", "a reply"]), TEXTS | st.lists(TEXTS))
    )
    answer = {**before, "reply": text, "reply_again": draw(TEXTS)}
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

    assert "".join(read(pieces)) == clean_text(text)


def test_text_is_read_as_soon_as_it_is_written() -> None:
    assert read(['{"reply": "He', "llo", ', Ann"']) == ["He", "llo", ", Ann"]


def test_half_a_character_that_stays_alone_ends_what_is_read_meanwhile() -> None:
    assert read([r'{"reply": "a\ud83d', 'b"}']) == ["a", ""]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        # What stands before the object is passed over, and nothing after the field is read.
        ('```json\n{"reply": "yes"}', "yes"),
        ('Here you are:\n{"reply": "yes"}', "yes"),
        ('<think>So {"reply": "no"} will not do.</think>\n{"reply": "yes"}', "yes"),
        ('\ufeff{"reply": "yes"}', "yes"),
        ('{"reply": "yes", "more": "no"}', "yes"),
        ('{"reply": "yes", "reply": "no"}', "yes"),
        # The text may name its own field.
        (r'{"action": "say \"reply", "reply": "say \"reply"}', 'say "reply'),
        (r'{"action": "\"reply\": \"no\"", "reply": "\"reply\": \"no\""}', '"reply": "no"'),
        # An escape that JSON does not know ends it.
        (r'{"reply": "good\x41bad"}', "good"),
        (r'{"reply": "good\u00zzbad"}', "good"),
        # There is none.
        ('{"reply": null}', ""),
        ('{"reply": ["text"]}', ""),
        ('["reply", "text"]', ""),
        ("reply: text", ""),
    ],
)
def test_the_text_is_found_wherever_it_stands(written: str, text: str) -> None:
    assert "".join(read(list(written))) == text


def test_text_is_cleaned_as_it_is_read() -> None:
    assert read([r'{"reply": "a\u0000b', r"\r", r"\n", r'\u2028c"}']) == ["ab", "\n", "", "\nc"]


def test_the_fields_before_the_text_are_complete_when_it_begins() -> None:
    streamed, seen = StreamedText("reply"), []

    for piece in (
        '{"understood": {"reply": "no',
        '"}, "acti',
        'on": "ask", "rep',
        'ly": ',
        '"',
        "Hel",
        'lo"}',
    ):
        streamed.feed(piece)
        seen.append(streamed.preceding)

    assert seen == [None] * 4 + [{"understood": {"reply": "no"}, "action": "ask"}] * 3


def test_what_stands_behind_the_text_does_not_precede_it() -> None:
    streamed = StreamedText("reply")

    assert streamed.feed('{"action": "ask", "reply": "Hello", "more": 1}') == "Hello"
    assert streamed.preceding == {"action": "ask"}
