"""Reads corrections: "sorry, I meant 60" replaces the number that was told last."""

import re

from services.dialogue.domain.reading.numbers import upper_number
from services.dialogue.domain.reading.patterns import any_of, either
from services.dialogue.domain.reading.readers import NUMBERS, READERS, Asked, Findings, SlotValue, answer_to
from services.dialogue.domain.reading.text import Found

_MEANT = either(
    "(?:oh|no|ah|hang on|hold on) wait, wait no, or rather, (?:really|actually)(?= [0-9]), i meant,"
    " meant to (?:say|write), correction, make that, scratch that"
)
_CORRECTS = any_of(
    rf"\b{_MEANT}\b",
    r"\b(?:typo|my mistake|my bad|i misspoke|wrong number|oops)\b",
    r"\bsorry,? (?:it's|that's|i|we're|we are|not)\b",
    r"\bsorry,? [0-9]",
    r"\bnot [0-9]+\b",
    r"^\s*(?:no,|sorry,)\s*(?:it's |we're |we are )?[0-9]",
)
_CORRECTED = re.compile(rf".*\b(?:{_MEANT}|sorry)\b[,: ]*", re.IGNORECASE | re.DOTALL)
_REPLACED = any_of(r"\bnot [0-9][0-9,.]*\b")


def is_correction(text: str) -> bool:
    """Whether the visitor takes something back."""
    return _CORRECTS.search(text) is not None


def corrected(text: str, plain: Findings, asked: Asked) -> dict[str, Found[SlotValue]]:
    """What a correction replaces when it does not name it: the last number, or the last thing told."""
    if put_right := _put_right_at_once(text, plain):
        return put_right
    if any(slot in plain for slot in NUMBERS):
        return {}
    start = match.end() if (match := _CORRECTED.match(text)) else 0
    number = upper_number(_REPLACED.sub("", text[start:])) or upper_number(_REPLACED.sub("", text))
    return _other_number(number, text, asked) if number is not None else _other_words(text, plain, asked)


def _put_right_at_once(text: str, plain: Findings) -> dict[str, Found[SlotValue]]:
    """The number after "no, wait" instead of the one before it, in one and the same message."""
    match = _CORRECTED.match(text)
    if match is None:
        return {}
    slots = (slot for slot in NUMBERS if slot in plain and plain[slot].end <= match.end())
    answers = {slot: answer_to(slot, text[match.end() :]) for slot in slots}
    return {slot: Found(told.value, match.end(), len(text)) for slot, told in answers.items() if told}


def _other_number(number: float, text: str, asked: Asked) -> dict[str, Found[SlotValue]]:
    # "Sorry, 19 guards, typo" answers the question when no number was understood before.
    slot = next((slot for slot in (*reversed(asked.told), asked.slot) if slot in NUMBERS), None)
    if slot is None or number < 1:
        return {}
    return {slot: Found(int(number) if slot == "team_size" else number, 0, len(text))}


def _other_words(text: str, plain: Findings, asked: Asked) -> dict[str, Found[SlotValue]]:
    slot = next((slot for slot in asked.told if slot in READERS and slot not in NUMBERS), None)
    start = match.end() if (match := _CORRECTED.match(text)) else 0
    answer = answer_to(slot, text[start:]) if slot and slot not in plain else None
    return {slot: Found(answer.value, start, len(text))} if slot and answer else {}
