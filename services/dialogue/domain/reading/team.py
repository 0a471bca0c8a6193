"""How many people are on the visitor's team."""

import re

from services.dialogue.domain.reading.numbers import NUMBER, RANGE, ROUGHLY, numbers_in, upper_number
from services.dialogue.domain.reading.text import Found, found

LARGEST_TEAM = 1_000_000
_I = re.IGNORECASE
_PEOPLE = (
    r"(?:people|persons|employees|staff(?: members)?|team members|team ?mates|members of staff|members|folks"
    r"|colleagues"
    r"|co-?workers|workers|ftes?|full[- ]timers|heads|headcount|of us|guys|agents|technicians|reps)"
)
# "22 people" is a team unless the people are served, or do something to us.
_NOT_SERVED = r"(?<!serve )(?<!see )(?<!help )(?<!feed )(?<!treat )(?<!host )"
_NOT_VISITING = (
    r"(?!\s+(?:a|an|per|each|every|in line|call|come|ask|write|email|visit|wait|walk|contact|complain|sign"
    r"|show)\b)"
)
_NOT_ANOTHER_UNIT = (
    r"(?!\s*(?:%|percent|\+?\s*(?:-\s*)?(?:\w+\s+)?(?:years?|months?|weeks?|days?|hours?|minutes?|miles|km"
    r"|locations?"
    r"|sites?|offices?|branches|stores?|shops?|restaurants|clinics?|clients?|customers?|patients?|k\b|million"
    r"|old)))"
)
_SOLO = re.compile(
    r"\b(?:just|only) (?:me|myself|I)\b(?!\s+(?:at|who|doing|answering|on)\b)|\bsolo\b|\bself[- ]employed\b"
    r"|\bone[- ](?:man|woman|person)[- ](?:show|business|company|operation|band|shop|firm)\b"
    r"|\bsole (?:trader|proprietor|owner)\b|\bno employees\b|\bmyself only\b",
    _I,
)
_WITH_ONE_OTHER = re.compile(
    r"\b(?:me|myself) and (?:my |an? |one )(?:\w+ )?(?:wife|husband|partner|co-?founder|brother|sister|son"
    r"|daughter"
    r"|mother|father|friend|assistant|colleague|other|employee)\b|\bmy (?:wife|husband|partner|brother"
    r"|sister) and (?:I|me)\b",
    _I,
)
_WITH_OTHERS = re.compile(rf"\b(?:me|myself) (?:and|plus) (?P<n>{NUMBER})\b", _I)
_COUNTED = tuple(
    re.compile(pattern, _I)
    for pattern in (
        rf"{_NOT_SERVED}(?P<n>{RANGE})\s*\+?\s+(?:(?!of\b)[\w-]+\s+){{0,2}}?{_PEOPLE}\b{_NOT_VISITING}",
        rf"\b(?:team|staff|crew|group|headcount)\s*(?:of|is|has"
        rf"|:)\s*{ROUGHLY}(?P<n>{RANGE}){_NOT_ANOTHER_UNIT}",
        rf"\b(?:we|there)(?:'re| are| were)\s+{ROUGHLY}(?P<n>{RANGE})"
        rf"{_NOT_ANOTHER_UNIT}(?=\s*(?:[.,;!?)]|$|and\b|in\b|at\b|now\b|strong\b|total\b|altogether\b"
        rf"|overall\b|-))",
        rf"(?P<n>{RANGE})(?:[- ](?:person|man|woman|employee|member)|-people)\b",
        rf"(?P<n>{RANGE})\s+(?:\w+\s+)?(?:on|in) (?:the|our|my) (?:team|company|staff|firm)\b",
        rf"\bemploy\w*\s+{ROUGHLY}(?P<n>{RANGE}){_NOT_ANOTHER_UNIT}",
    )
)
_ADDED_UP = re.compile(
    rf"{NUMBER}\s+[a-z-]+(?:\s+[a-z-]+)?(?:\s*(?:,|and|plus|&|\+)\s*(?:and\s+)?{NUMBER}\s+[a-z-]+)+", _I
)
_OTHER_UNIT = re.compile(rf"{NUMBER}{_NOT_ANOTHER_UNIT}", _I)
_ALONE = re.compile(r"\b(?:me|myself|alone|on my own|by myself|nobody else)\b", _I)


def find_team_size(text: str) -> Found[int] | None:
    """The team's size where the text plainly speaks of the team."""
    if match := _WITH_OTHERS.search(text):
        return _people(numbers_in(match["n"])[0] + 1, match)
    if match := _WITH_ONE_OTHER.search(text):
        return found(2, match)
    for pattern in _COUNTED:
        if match := pattern.search(text):
            return _people(upper_number(match["n"]), match)
    match = _SOLO.search(text)
    return found(1, match) if match else None


def team_size_answered(text: str) -> Found[int] | None:
    """The team's size when it was just asked: any number will do, and "3 cooks and 2 waiters" are five."""
    if plain := find_team_size(text):
        return plain
    if match := _ADDED_UP.search(text):
        return _people(sum(numbers_in(match.group())), match)
    if match := re.search(RANGE, text, _I):
        is_a_unit = _OTHER_UNIT.match(text, match.start()) is None
        return None if is_a_unit else _people(upper_number(match.group()), match)
    match = _ALONE.search(text)
    return found(1, match) if match else None


def _people(count: float | None, match: re.Match[str]) -> Found[int] | None:
    if count is None or not 1 <= count <= LARGEST_TEAM:
        return None
    return found(int(count), match)
