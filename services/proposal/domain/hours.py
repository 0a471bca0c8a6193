"""The hours a week that are won when the visitor's own measure is met."""

import re
from collections.abc import Iterable

from contracts.values import Profile, Slot
from playbook import Playbook
from playbook.claims import folded, quantities
from services.proposal.domain.words import any_of

# "5 hours a week", "5 horas a la semana".
_WORDS_TO_THE_WEEK = 5
_WORD = re.compile(r"\w+")


def hours_won(profile: Profile, steps_to_look_at: Iterable[str], playbook: Playbook) -> float | None:
    """Today's hours less the target, where the success measure has a number of hours a week.

    While a step is to be looked at, nobody knows which of its hours are won: none are claimed. Nor are any of
    a range.
    """
    now, measure = profile.hours_per_week, profile.success_measure
    if now is None or measure is None or any(steps_to_look_at) or _is_range(now, playbook):
        return None
    target = _target(folded(measure.value), playbook)
    return round(now.value - target, 2) if target is not None and target < now.value else None


def _is_range(hours: Slot[float], playbook: Playbook) -> bool:
    limit = playbook.language.number(hours.value - 1)
    is_open = hours.words == playbook.lines.quick_replies.more_than.format(limit=limit)
    return is_open or hours.up_to not in {None, hours.value}


def _target(measure: str, playbook: Playbook) -> float | None:
    """The only number of hours a week that stands behind a word for a target."""
    under = any_of(playbook.proposal.target_words)
    targets = [
        quantity.value
        for quantity in quantities(measure)
        if _ends_with(measure[: quantity.start].rstrip(), under)
        and _begins_with_hours_a_week(measure[quantity.end :], playbook)
    ]
    return targets[0] if len(targets) == 1 else None


def _ends_with(text: str, words: re.Pattern[str]) -> bool:
    return any(match.end() == len(text) for match in words.finditer(text))


def _begins_with_hours_a_week(text: str, playbook: Playbook) -> bool:
    counted = playbook.language.hours
    units = {folded(form.format(n="")).strip() for form in (counted.one, counted.many)}
    week = _WORD.findall(folded(playbook.proposal_page.hours_a_week))[-1]
    unit, *following = _WORD.findall(text)[:_WORDS_TO_THE_WEEK] or [""]
    return unit in units and week in following
