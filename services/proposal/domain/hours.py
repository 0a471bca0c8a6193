"""The hours a week that are won when the visitor's own measure is met."""

from collections.abc import Iterable

from contracts.values import Slot
from playbook import Playbook
from playbook.claims import quantities
from playbook.lexicon import NUMBER, plain
from services.proposal.domain.brief import Brief


def hours_won(brief: Brief, steps_to_look_at: Iterable[str]) -> float | None:
    """Today's hours less the target, where the success measure has a number of hours a week.

    While a step is to be looked at, nobody knows which of its hours are won: none are claimed. Nor are any of
    a range.
    """
    now, measure = brief.profile.hours_per_week, brief.profile.success_measure
    if now is None or measure is None or any(steps_to_look_at) or _is_range(now, brief.playbook):
        return None
    target = _target(measure.value, brief.playbook)
    return round(now.value - target, 2) if target is not None and target < now.value else None


def _is_range(hours: Slot[float], playbook: Playbook) -> bool:
    limit = playbook.language.number(hours.value - 1)
    is_open = hours.words == playbook.lines.quick_replies.more_than.format(limit=limit)
    return is_open or hours.up_to not in {None, hours.value}


def _target(measure: str, playbook: Playbook) -> float | None:
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
