"""Text from outside is clean once it is inside: it can be stored, relayed and shown anywhere."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.cloudevent import MalformedEvent, parse_record
from contracts.registry import EVENT_BY_TYPE
from contracts.reply_stream import Text as FrameText
from contracts.text import clean_strings, clean_text, load_json
from contracts.values import Profile, Slot
from tests.support.event_records import TURN

EXAMPLES = sorted(Path("contracts/examples").glob("*/*.json"))

UNCLEAN = st.text(st.characters() | st.sampled_from("\0\r\n\t\v\x1b\x85\x9b\u2028\u2029\ud83d\ude00\ufeff"))


@given(UNCLEAN)
def test_clean_text_is_one_that_everybody_can_take(text: str) -> None:
    cleaned = clean_text(text)
    assert (cleaned.encode().decode(), clean_text(cleaned)) == (cleaned, cleaned)
    assert cleaned.splitlines() == cleaned.removesuffix("\n").split("\n") or not cleaned
    assert all(letter.isprintable() or letter in "\n\t" or ord(letter) > 0x9F for letter in cleaned)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])))
@example("a\tb\nc")
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert clean_text(text) == text


CLEANED = {
    "one\r\ntwo\rthree\u2028four\u2029five\x85six\fseven": "one\ntwo\nthree\nfour\nfive\nsix\nseven",
    **{"a\0b": "ab", "\x1b[31mred\x9b0m": "[31mred0m", "\ud83d\ude00": "\U0001f600"},
    **{"cut \ud83d": "cut \ufffd", "\ude00 and \ud83d!": "\ufffd and \ufffd!"},
}


@pytest.mark.parametrize(("text", "cleaned"), CLEANED.items())
def test_what_cleaning_does_to_strings_however_deep_they_are(text: str, cleaned: str) -> None:
    assert clean_strings({text: [text, (text, 1, None)]}) == {cleaned: [cleaned, (cleaned, 1, None)]}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_event_carries_unclean_text(path: Path) -> None:
    record = json.loads(path.read_text())
    event_class = EVENT_BY_TYPE[record["headers"]["ce_type"]]

    for value in _spoiled(record["value"]):
        # Ids, times and names of stages are no text, and are refused.
        with suppress(MalformedEvent):
            event = parse_record(event_class, record["headers"], json.dumps(value).encode())
            assert not re.search(r"\\u00|\u2028", event.value().decode())


@given(UNCLEAN)
def test_a_slot_and_a_frame_hold_clean_text(text: str) -> None:
    slot = Slot[tuple[str, ...]](value=(text,), up_to=(text,), words=text, turn_id=TURN)
    assert Profile(tools=slot).model_dump_json().encode()
    assert slot.value == slot.up_to == (clean_text(text),)
    assert slot.words == FrameText(text=text).text == clean_text(text)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'"\xed\xa0\x80"', b"[NaN]", b"[" * 100_000])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        load_json(body)


def _spoiled(value: Any) -> Iterator[Any]:
    """The same document once for each of its strings, with something unclean in that one."""
    match value:
        case str():
            yield f"{value}\0\u2028"
        case list():
            for at, each in enumerate(value):
                yield from ([*value[:at], other, *value[at + 1 :]] for other in _spoiled(each))
        case dict():
            for name, each in value.items():
                yield from ({**value, name: other} for other in _spoiled(each))
