"""Reads the size of the team."""

from typing import Final

from playbook.lexicon import NUMBER, Lexicon
from services.dialogue.domain.reader.numbers import counted_by, holding, plain_numbers, the_one
from services.dialogue.domain.reader.text import Figure, Part, is_only

LARGEST_TEAM: Final = 1_000_000
_SHORTEST_NOUN: Final = 4
_MOST_WORDS_COUNTED: Final = 4


def team_size(part: Part, lexicon: Lexicon, *, is_asked: bool) -> Figure | None:
    """The number of people in a sentence."""
    words = lexicon.team
    if lexicon.hours.each.search(part.masked) or words.others.search(part.masked):
        return None
    if with_visitor := holding(part, lexicon, counted_by(part, words.with_me)):
        return with_visitor[-1]
    is_sum, total = _sum(part, lexicon)
    if is_sum:
        return total
    if is_asked and not part.figures and (alone := words.alone.search(part.masked)):
        return Figure(1, alone.start(), alone.end())
    found = holding(part, lexicon, counted_by(part, words.counted))
    if is_asked and not found:
        found = plain_numbers(part, lexicon, (words.people, words.persons), until=words.places)
    one = the_one(part, lexicon, found)
    return one if one and one.value % 1 == 0 and 1 <= one.value <= LARGEST_TEAM else None


def people_perhaps(part: Part, lexicon: Lexicon) -> tuple[Figure, bool] | None:
    """The people that words which name no thing count: `12 falconers`, `me and 2 cooks`.

    They may not be everybody, and are not where something else is added, `and the office`: then it is false.
    """
    groups = (lexicon.answers.joins, lexicon.team.joins)
    items = part.split(match.span() for phrases in groups for match in phrases.all_in(part.masked))
    counting = [one for one in items if one.figures]
    visitors = [one for one in items if _is_me(one, lexicon)]
    counts = [_counted_perhaps(one, lexicon) for one in counting]
    values = [one.value for one in counts if one is not None]
    if not values or len(values) < len(counting):
        return None
    start = counting[0].start - part.start + counting[0].figures[0].start
    end = counting[-1].start - part.start + counting[-1].figures[0].end
    is_whole = len(counting) + len(visitors) == len(items)
    return Figure(sum(values) + min(len(visitors), 1), start, end), is_whole


def _counted_perhaps(item: Part, lexicon: Lexicon) -> Figure | None:
    figure, hours = item.figures[0], lexicon.hours
    units = (hours.hour, hours.minute, *hours.periods.values(), lexicon.team.others)
    counted = item.masked[item.next_word(figure.end) :]
    word = counted.partition(" ")[0].strip(",.")
    light = (lexicon.numbers.fillers, lexicon.answers.courtesies)
    is_noun = word.isalpha() and len(word) >= _SHORTEST_NOUN and len(counted.split()) <= _MOST_WORDS_COUNTED
    is_thing = lexicon.numbers.things.begin(word) or any(one.search(counted) for one in units)
    is_one = len(item.figures) == 1 and figure.up_to is None and figure.value % 1 == 0 and figure.value >= 1
    if not (is_one and is_noun and is_only(item.masked[: figure.start], light)) or is_thing:
        return None
    held = holding(item, lexicon, [figure])
    return held[0] if held and not is_only(word, light) and figure.value <= LARGEST_TEAM else None


def _sum(part: Part, lexicon: Lexicon) -> tuple[bool, Figure | None]:
    """Whether people are summed up with the visitor among them, and the sum where every item of it counts."""
    words = lexicon.team
    joins = [match.span() for match in words.joins.all_in(part.masked)]
    items = part.split([*joins, *((at, at + 1) for at, sign in enumerate(part.masked) if sign in ",;")])
    light = (lexicon.numbers.fillers, lexicon.answers.courtesies)
    items = [
        item for item in items if item.figures or not is_only(item.masked, light) or _is_me(item, lexicon)
    ]
    visitors = [item for item in items if _is_me(item, lexicon)]
    if len(items) < 2 or not visitors:
        return False, None
    counts = [_people_in(item, lexicon) for item in items if item not in visitors]
    known = [count for count in counts if count is not None]
    if len(known) < len(counts):
        is_people = any(words.persons.search(item.masked) or item.figures for item in items)
        return is_people, None
    return True, Figure(sum(known) + 1, items[0].start - part.start, len(part.raw))


def _is_me(item: Part, lexicon: Lexicon) -> bool:
    me = lexicon.team.me
    return me.search(item.masked) is not None and is_only(item.masked, (me, lexicon.numbers.fillers))


def _people_in(item: Part, lexicon: Lexicon) -> float | None:
    """The people in one item of a sum beside the visitor: one person, or a number of them."""
    words, things = lexicon.team, lexicon.numbers.things
    names = [word for word in lexicon.numbers.fillers.blanked_in(item.masked).split() if NUMBER not in word]
    figure = item.figures[0] if len(item.figures) == 1 else None
    if figure and len(names) < 2 and not any(map(things.begin, names)):
        # `three groomers`: whoever is counted by one word beside the visitor is a person.
        return None if figure.up_to else figure.value
    people = (words.people, words.persons, words.one_person, lexicon.numbers.fillers)
    is_people = any(phrases.search(item.masked) for phrases in people[:2])
    if not is_people or not is_only(item.masked, people, ignored=NUMBER) or (item.figures and not figure):
        return None
    return (None if figure.up_to else figure.value) if figure else 1
