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


# A field before it may hold its name.
BEFORE = TEXTS | st.lists(TEXTS) | st.just({"reply": "no"})


@st.composite
def answers_in_pieces(draw: st.DrawFn) -> tuple[dict[str, object], str, list[str]]:
    text = draw(TEXTS)
    before = draw(st.dictionaries(st.sampled_from(["understood", "action", "a reply"]), BEFORE))
    answer = {**before, "reply": text, "reply_again": draw(TEXTS)}
    indent = draw(st.sampled_from([None, 2]))
    written = json.dumps(answer, ensure_ascii=draw(st.booleans()), indent=indent)
    cuts = sorted(draw(st.sets(st.integers(0, len(written)))) | {0, len(written)})
    return before, text, [written[start:end] for start, end in pairwise(cuts)]


def read(pieces: list[str]) -> list[str]:
    streamed = StreamedText("reply")
    return [streamed.feed(piece) for piece in pieces]


@given(answers_in_pieces())
@example(({}, "😀", list(r'{"reply": "\ud83d\ude00"}')))
@example(({}, '\\"', list(r'{"reply": "\\\""}')))
@example(
    ({"a": {"reply": "no"}, "b": 1}, "Hi", ['{"a": {"reply": "no', '"}, "b": 1, "rep', 'ly": ', '"', 'Hi"}'])
)
def test_any_text_cut_anywhere_is_read_after_its_fields(case: tuple[dict[str, object], str, list[str]]):
    before, text, pieces = case
    streamed, heard = StreamedText("reply"), ""

    for piece in pieces:
        heard += streamed.feed(piece)
        assert streamed.preceding == before or (streamed.preceding, heard) == (None, "")

    assert (heard, streamed.preceding) == (clean_text(text), before)


@pytest.mark.parametrize(
    ("pieces", "heard"),
    [
        (['{"reply": "He', "llo", ', Ann"'], ["He", "llo", ", Ann"]),
        # Half a character that stays alone ends what is read meanwhile.
        ([r'{"reply": "a\ud83d', 'b"}'], ["a", ""]),
        ([r'{"reply": "a\u0000b', r"\r", r"\n", r'\u2028c"}'], ["ab", "\n", "", "\nc"]),
    ],
    ids=["words", "half a character", "unclean"],
)
def test_text_is_read_and_cleaned_as_soon_as_it_is_written(pieces: list[str], heard: list[str]) -> None:
    assert read(pieces) == heard


@pytest.mark.parametrize(
    ("written", "text"),
    [
        # What stands before the object is passed over, and nothing after the field is read.
        ('```json\n{"reply": "yes"}', "yes"),
        ('<think>So {"reply": "no"} will not do.</think>\n{"reply": "yes"}', "yes"),
        ('\ufeff{"reply": "yes", "more": "no"}', "yes"),
        ('{"reply": "yes", "reply": "no"}', "yes"),
        # The text may name its own field.
        (r'{"action": "say \"reply", "reply": "say \"reply"}', 'say "reply'),
        (r'{"action": "\"reply\": \"no\"", "reply": "\"reply\": \"no\""}', '"reply": "no"'),
        # An escape that JSON does not know ends it.
        (r'{"reply": "good\x41bad"}', "good"),
        (r'{"reply": "good\u00zzbad"}', "good"),
        # There is none.
        ('{"reply": null}', ""),
        ('["reply", "text"]', ""),
        ("reply: text", ""),
    ],
)
def test_the_text_is_found_wherever_it_stands(written: str, text: str) -> None:
    assert "".join(read(list(written))) == text
