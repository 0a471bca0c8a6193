"""How a value that a visitor told is said back, in the words of a playbook."""

from typing import Final

from playbook.whole import Playbook

_TITLES: Final = frozenset(
    "dr dra mr mrs ms prof herr frau sr sra señor señora mme monsieur madame".split()  # noqa: SIM905
)


def first_name(name: str) -> str:
    """`Dana` of `Dana Whitfield`, `Dr. Lee` of `Dr. Ann Lee`; nothing of a title alone."""
    first, *others = name.split()
    is_title = first.endswith(".") or first.casefold() in _TITLES
    return " ".join((first, *others[-1:])) if others and is_title else "" if is_title else first


def said_count(name: str, value: float, playbook: Playbook, *, words: str, up_to: object) -> str:
    """`12 people`, `12 hours a week`, or the visitor's range: `6 to 10 people`."""
    language, labels = playbook.language, playbook.lines.quick_replies
    unit = language.hours if name == "hours_per_week" else language.people
    if playbook.is_open_range(value, words):
        counted = unit.many.format(n=words)
    elif isinstance(up_to, int | float):
        between = labels.between.format(lowest=language.number(value), highest=language.number(up_to))
        counted = unit.many.format(n=between)
    else:
        counted = language.count(value, unit)
    return playbook.lines.hours_a_week.format(hours=counted) if unit is language.hours else counted
