"""Reads the hours a week that a visitor aims at, or wants to save, out of the success measure."""

from collections.abc import Iterator

from playbook.claims import quantities
from playbook.lexicon import NUMBER, Phrases, plain
from playbook.whole import Playbook


def hours_saved(now: float, measure: str, playbook: Playbook) -> float | None:
    """The hours of a week that are saved by the only number of the measure that counts some."""
    script = playbook.proposal
    left = (now - target for target in _hours_a_week(measure, script.targets, playbook))
    saved = (*left, *_hours_a_week(measure, script.savings, playbook))
    return round(saved[0], 2) if len(saved) == 1 and 0 < saved[0] < now else None


def _hours_a_week(measure: str, phrases: Phrases, playbook: Playbook) -> Iterator[float]:
    """Every number that stands in one of the phrases, with hours a week behind it."""
    text, words = plain(measure), playbook.lexicon.hours
    values = {quantity.end: quantity.value for quantity in quantities(text)}
    for quantity in quantities(text):
        text = text[: quantity.start] + NUMBER * (quantity.end - quantity.start) + text[quantity.end :]
    for aimed in phrases.all_in(text):
        behind = text[aimed.end() :].lstrip()
        unit = words.hour.begin(behind)
        if unit and words.periods["week"].begin(behind[unit.end() :].lstrip()):
            yield values[aimed.end()]
