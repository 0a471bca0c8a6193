"""Reads corrections: "sorry, I meant 60" replaces the number that was told last."""

import re

from services.dialogue.domain.reading.numbers import upper_number
from services.dialogue.domain.reading.patterns import any_of, either
from services.dialogue.domain.reading.readers import NUMBERS, READERS, Asked, Findings, SlotValue, answer_to
from services.dialogue.domain.reading.text import Found

_MEANT = either("i meant, meant to (?:say|write), correction, make that, scratch that")
_CORRECTS = any_of(
    rf"\b{_MEANT}\b",
    r"\b(?:typo|my mistake|my bad|i misspoke|wrong number|oops)\b",
    r"\bsorry,? (?:it's|that's|i|we're|we are|not)\b",
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
    if any(slot in plain for slot in NUMBERS):
        return {}
    number = upper_number(_REPLACED.sub("", text))
    return _other_number(number, text, asked) if number is not None else _other_words(text, plain, asked)


def _other_number(number: float, text: str, asked: Asked) -> dict[str, Found[SlotValue]]:
    slot = next((slot for slot in reversed(asked.told) if slot in NUMBERS), None)
    if slot is None or number < 1:
        return {}
    return {slot: Found(int(number) if slot == "team_size" else number, 0, len(text))}


def _other_words(text: str, plain: Findings, asked: Asked) -> dict[str, Found[SlotValue]]:
    slot = next((slot for slot in asked.told if slot in READERS and slot not in NUMBERS), None)
    start = match.end() if (match := _CORRECTED.match(text)) else 0
    answer = answer_to(slot, text[start:]) if slot and slot not in plain else None
    return {slot: Found(answer.value, start, len(text))} if slot and answer else {}
