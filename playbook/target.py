"""Reads the hours a week that a visitor aims at out of the success measure."""

from playbook.claims import quantities
from playbook.lexicon import NUMBER, plain
from playbook.whole import Playbook


def target_hours(measure: str, playbook: Playbook) -> float | None:
    """The only number that the visitor aims at and that counts hours a week."""
    text, words = plain(measure), playbook.lexicon.hours
    values = {quantity.end: quantity.value for quantity in quantities(text)}
    for quantity in quantities(text):
        text = text[: quantity.start] + NUMBER * (quantity.end - quantity.start) + text[quantity.end :]
    targets = list[float]()
    for aimed in playbook.proposal.targets.all_in(text):
        behind = text[aimed.end() :].lstrip()
        unit = words.hour.begin(behind)
        if unit and words.periods["week"].begin(behind[unit.end() :].lstrip()):
            targets.append(values[aimed.end()])
    return targets[0] if len(targets) == 1 else None
