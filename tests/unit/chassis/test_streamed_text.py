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
    "before",
    ["```json\n", "Here you are:\n", '<think>So {"reply": "no"} will not do.</think>\n', "\ufeff", " \n"],
)
def test_what_stands_before_the_object_is_passed_over(before: str) -> None:
    assert "".join(read(list(before + '{"reply": "yes"}'))) == "yes"


def test_text_is_cleaned_as_it_is_read() -> None:
    assert read([r'{"reply": "a\u0000b', r"\r", r"\n", r'\u2028c"}']) == ["ab", "\n", "", "\nc"]


def test_nothing_after_the_field_is_read() -> None:
    assert read(['{"reply": "yes"', ', "reply": "no"}']) == ["yes", ""]


@pytest.mark.parametrize(
    "written",
    [
        '{"reply": null}',
        '{"reply": ["text"]}',
        '["reply", "text"]',
        "reply: text",
        "",
    ],
)
def test_json_without_the_text_yields_none(written: str) -> None:
    assert "".join(read(list(written))) == ""


@pytest.mark.parametrize("broken", [r"\x41", r"\u00zz"])
def test_text_ends_at_an_escape_that_json_does_not_know(broken: str) -> None:
    assert "".join(read(list('{"reply": "good' + broken + 'bad"}'))) == "good"


def test_the_fields_before_the_text_are_complete_when_it_begins() -> None:
    streamed = StreamedText("reply")
    seen = []

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

    assert seen[:4] == [None] * 4
    assert all(each == {"understood": {"reply": "no"}, "action": "ask"} for each in seen[4:])


def test_what_stands_behind_the_text_does_not_precede_it() -> None:
    streamed = StreamedText("reply")

    assert streamed.feed('{"action": "ask", "reply": "Hello", "more": 1}') == "Hello"
    assert streamed.preceding == {"action": "ask"}


@pytest.mark.parametrize("text", ['say \\"reply', '\\"reply\\": \\"no\\"', '{\\"reply\\": 1}'])
def test_text_that_names_its_own_field_is_read_unchanged(text: str) -> None:
    written = f'{{"action": "{text}", "reply": "{text}"}}'

    assert "".join(read(list(written))) == "".join(read([written])) == json.loads(f'"{text}"')
