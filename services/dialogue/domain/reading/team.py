"""How many people are on the visitor's team."""

import re

from services.dialogue.domain.reading.numbers import (
    NO_COUNT,
    NUMBER,
    RANGE,
    ROUGHLY,
    numbers_in,
    upper_number,
)
from services.dialogue.domain.reading.patterns import any_of, each_of, either
from services.dialogue.domain.reading.text import Found, found

LARGEST_TEAM = 1_000_000
_PEOPLE = either(
    "people, persons, employees, staff(?: members)?, team members, team ?mates, members of staff,"
    "members, folks,"
    "colleagues, co-?workers, workers, ftes?, full[- ]timers, heads, headcount, of us, guys, agents,"
    "technicians, reps"
)
# "22 people" is a team unless the people are served, or do something to us.
# Nor are "the same two people" all there are.
_NOT_SERVED = (
    r"(?<!serve )(?<!see )(?<!help )(?<!feed )(?<!treat )(?<!host )"
    r"(?<!the )(?<!same )(?<!these )(?<!those )(?<!other )(?<!last )"
)
_DOES_SOMETHING_TO_US = either(
    "a, an, per, each, every, in line, call, come, ask, write, email, visit, wait, walk, contact,"
    "complain, sign, show"
)
_OTHER_UNIT = either(
    "years?, months?, weeks?, days?, hours?, minutes?, miles, km, locations?, sites?, offices?,"
    "branches, stores?, shops?, plants?, depots?, warehouses?, trucks, vehicles, machines,"
    "restaurants, clinics?, clients?, customers?, patients?, k\\b, million, old"
)
_NO_OTHER_UNIT = rf"(?![0-9])(?!\s*(?:{NO_COUNT}|\+?\s*(?:-\s*)?(?:\w+\s+)?{_OTHER_UNIT}))"
# "22 full-time employees"
_OF_PEOPLE = any_of(
    rf"{_NOT_SERVED}(?P<n>{RANGE})\s*\+?\s+(?:(?!of\b)[\w-]+\s+){{0,2}}?{_PEOPLE}\b(?!\s+{_DOES_SOMETHING_TO_US}\b)"
)
_INCLUDING = each_of(
    # "9 incl. me and my wife"
    rf"(?P<n>{RANGE})\s*(?:\w+\s*)?[,(]?\s*(?:incl\.?|including|counting|with)\s+"
    r"(?:me|myself|us|the owners?)\b",
    rf"\b(?:counting|including|with) everyone\W+{ROUGHLY}(?P<n>{RANGE}){_NO_OTHER_UNIT}",
)
_OTHERWISE = each_of(
    # "a team of fifteen"
    rf"\b(?:team|staff|crew|group|headcount)\s*(?:of|is|has|:)\s*{ROUGHLY}(?P<n>{RANGE}){_NO_OTHER_UNIT}",
    # "an office of eight"
    rf"\b(?:office|company|firm|practice|agency|business|studio|shop) of\s+{ROUGHLY}(?P<n>{RANGE})"
    rf"{_NO_OTHER_UNIT}"
    r"(?=\s*(?:[.,;!?)-]|$))",
    # "we're 12"
    rf"\b(?:we|there)(?:'re| are| were)\s+{ROUGHLY}(?P<n>{RANGE}){_NO_OTHER_UNIT}"
    r"(?=\s*(?:[.,;!?)-]|$|(?:and|in|at|now|strong|total|altogether|overall)\b))",
    # "5-person team"
    rf"(?P<n>{RANGE})(?:[- ](?:person|man|woman|employee|member)|-people)\b",
    rf"(?P<n>{RANGE})\s+(?:\w+\s+)?(?:on|in) (?:the|our|my) (?:team|company|staff|firm)\b",
    rf"\bemploy\w*\s+{ROUGHLY}(?P<n>{RANGE}){_NO_OTHER_UNIT}",
)
_COUNTED = (*_INCLUDING, _OF_PEOPLE, *_OTHERWISE)
# "He phones three people" counts somebody else; what stands before a count of us is listed here.
_BEFORE_A_COUNT = any_of(
    r"(?:^|[.,;:!?\n(&+-]|'re|'s|'m|\b"
    + either(
        "are, is, was, were, be, being, have, has, had, got, with, of, to, employ\\w*, manage, lead, run,"
        "currently, total, team, staff, headcount, a, about, around, roughly, approximately, approx, maybe,"
        "just, only, over, nearly, almost, say, and, plus, counting, there, now, at least, more than, up to,"
        "probably, perhaps, some, like, between, our, some"
    )
    + r")\s*$"
)
_TOTAL = any_of(
    rf"\b(?:makes|comes to|adds up to)\s+{ROUGHLY}(?P<n>{RANGE}){_NO_OTHER_UNIT}",
    rf"(?P<of>{RANGE})\s+(?:of us\s+)?(?:in total|altogether|all told|all in all)\b",
)
_SOLO = any_of(
    r"\b(?:just|only) (?:me|myself|I)\b(?!\s+(?:at|who|doing|answering|on)\b)",
    r"\b(?:solo|self[- ]employed|no employees|myself only)\b",
    r"\bone[- ](?:man|woman|person)[- ](?:show|business|company|operation|band|shop|firm)\b",
    r"\bsole (?:trader|proprietor|owner)\b",
)
_OTHER_PERSON = either(
    "wife, husband, partner, co-?founder, brother, sister, son, daughter, mother, father, friend,"
    "assistant, colleague,"
    "other, employee"
)
_WITH_ONE_OTHER = any_of(
    rf"\b(?:me|myself)\s+(?:and|n|&|\+)\s+(?:my |an? |one )(?:\w+ )?{_OTHER_PERSON}\b",
    rf"\bmy {_OTHER_PERSON} and (?:I|me)\b",
)
_AND = r"(?:\s*[+&]\s*|\s+(?:and|plus|n)\s+)"
_WITH_OTHERS = any_of(
    rf"\b(?:me|myself){_AND}(?P<n>{NUMBER}){_NO_OTHER_UNIT}",
    # "4 lads and me"
    rf"(?P<before>{NUMBER}){_NO_OTHER_UNIT}\s+(?:[a-z-]+\s+){{0,2}}?(?:and|plus|n|&|\+)\s+(?:me|myself)\b",
)
_RANGE = any_of(RANGE)
_MOST_NUMBERS = 3
_ADDED_UP = any_of(
    rf"{NUMBER}\s+[a-z-]+(?:\s+[a-z-]+)?(?:\s*(?:,|and|plus|&|\+)\s*(?:and\s+)?{NUMBER}\s+[a-z-]+)+"
)
_OF_NO_OTHER_UNIT = any_of(rf"{RANGE}{_NO_OTHER_UNIT}")
_A_NUMBER = any_of(NUMBER)
_SPEAKS_OF_PEOPLE = any_of(rf"\b{_PEOPLE}\b")
_ALONE = any_of(r"\b(?:me|myself|alone|on my own|by myself|nobody else)\b")


def find_team_size(text: str) -> Found[int] | None:
    """The team's size where the text plainly speaks of the team."""
    # Most messages count nothing, and every other pattern is the dearer one to search for.
    if _A_NUMBER.search(text) and (counted := _counted(text)):
        return counted
    if match := _WITH_ONE_OTHER.search(text):
        return found(2, match)
    match = _SOLO.search(text)
    return found(1, match) if match else None


def _counted(text: str) -> Found[int] | None:
    if match := _WITH_OTHERS.search(text):
        return _people(numbers_in(match["n"] or match["before"])[0] + 1, match)
    if (match := _ADDED_UP.search(text)) and _adds_people(match.group()):
        return _people(sum(numbers_in(match.group())), match)
    for pattern in _COUNTED:
        for match in pattern.finditer(text):
            if pattern is not _OF_PEOPLE or _BEFORE_A_COUNT.search(text[: match.start()]):
                return _people(upper_number(match["n"]), match)
    return None


def team_size_answered(text: str) -> Found[int] | None:
    """The team's size when it was just asked: any number will do, and "3 cooks and 2 waiters" are five."""
    if match := _TOTAL.search(text):
        return _people(upper_number(match["n"] or match["of"]), match)
    if plain := find_team_size(text):
        return plain
    if match := _ADDED_UP.search(text):
        return _people(sum(numbers_in(match.group())), match)
    # Of many numbers none is the answer.
    if len(numbers_in(text)) <= _MOST_NUMBERS and (match := _RANGE.search(text)):
        # In a sentence of another language nobody knows here what the number counts.
        is_english = text[: match.start()].isascii()
        is_of_people = is_english and _OF_NO_OTHER_UNIT.match(text, match.start()) is not None
        return _people(upper_number(match.group()), match) if is_of_people else None
    match = _ALONE.search(text)
    return found(1, match) if match else None


def _adds_people(text: str) -> bool:
    """Whether every part of "eleven instructors and two people in the office" counts people."""
    of_people = [_OF_NO_OTHER_UNIT.match(text, match.start()) for match in _A_NUMBER.finditer(text)]
    return all(of_people) and _SPEAKS_OF_PEOPLE.search(text) is not None


def _people(count: float | None, match: re.Match[str]) -> Found[int] | None:
    if count is None or not 1 <= count <= LARGEST_TEAM:
        return None
    return found(int(count), match)
