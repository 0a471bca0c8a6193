"""Takes the answer to an open question at its word, without what is no answer around it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from playbook.lexicon import NUMBER, Lexicon, Phrases
from services.dialogue.domain.reader.text import OPAQUE, Part, is_only
from services.dialogue.domain.understanding import LIST_SLOTS

LONGEST_VALUE: Final = 160
MOST_ITEMS: Final = 12
_WHOLE_SENTENCES: Final = frozenset({"challenge", "success_measure"})
_MOST_WORDS_AS_WHOLE: Final = 7
_MOST_WORDS: Final = {"business_type": 10, "task": 14}
_LONGEST_TOOL_WORDS: Final = 4
_BULLETS: Final = re.compile(r"(?m)^\s*(?:[-*\u2022]|\d{1,2}[.)])\s+")
_SEPARATORS: Final = re.compile(
    rf"\s*(?:{NUMBER}+[.)](?=\s)|[,;\n\u2022\uff0c\u3001]|->|\u2192|=>|/(?=\s))\s*"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The values of a slot, and the visitor's words that carry them."""

    values: tuple[str, ...]
    quote: str


def answer_to(slot: str, sentences: Sequence[Part], lexicon: Lexicon) -> Answer | None:
    """What these sentences answer to the question for this slot; None where they look like no answer."""
    if slot in LIST_SLOTS:
        return _list(slot, sentences, lexicon)
    for sentence in sentences:
        clauses = _meaning(sentence, lexicon)
        if not clauses:
            continue
        run = _run(sentence, clauses, lexicon)
        is_whole = len(run) == len(sentence.clauses) and len(sentence.raw.split()) <= _MOST_WORDS_AS_WHOLE
        if not (is_whole or slot in _WHOLE_SENTENCES):
            run = run[:1]
        start, end = run[0].start - sentence.start, run[-1].start - sentence.start + len(run[-1].raw)
        value = _tidied(sentence.cut(start, end), lexicon, is_noun=slot not in _WHOLE_SENTENCES)
        is_short = len(value.raw.split()) <= _MOST_WORDS.get(slot, LONGEST_VALUE)
        if is_short and len(value.raw) <= LONGEST_VALUE and _is_item(value, lexicon, slot):
            return Answer((value.raw,), value.raw)
    return None


def _list(slot: str, sentences: Sequence[Part], lexicon: Lexicon) -> Answer | None:
    """Everything that is listed, without what is said about the list."""
    items, is_step = list[str](), slot == "steps"
    for clause in (one for sentence in sentences for one in _meaning(sentence, lexicon)):
        if items and lexicon.answers.comments.begin(clause.masked):
            continue
        for item in _split(clause, lexicon, at_and=not is_step):
            tidy = _tidied(item, lexicon, is_noun=not is_step, is_step=is_step)
            is_name = slot != "tools" or len(tidy.raw.split()) <= _LONGEST_TOOL_WORDS
            if 1 < len(tidy.raw) <= LONGEST_VALUE and is_name and _is_item(tidy, lexicon, slot):
                items.append(tidy.raw)
    if not items:
        return None
    values = tuple(dict.fromkeys(items))[:MOST_ITEMS]
    holder = next((one.raw for one in sentences if all(value in one.raw for value in values)), items[0])
    return Answer(values, items[0] if slot == "tools" else holder)


def refers_back(part: Part, lexicon: Lexicon) -> bool:
    """Whether it says that the answer was given before, and nothing else."""
    words, text = lexicon.answers, part.masked
    for phrases in (words.courtesies, lexicon.agrees, words.leads):
        text = phrases.blanked_in(text)
    groups = (words.same, words.asides, words.leads, words.trails, *courtesies(lexicon))
    # `Which one?` `Yes.`
    if lexicon.agrees.search(part.masked) and is_only(part.masked, (lexicon.agrees, words.courtesies)):
        return True
    return any(
        (words.same.search(said) or words.asides.search(said)) and is_only(said, groups)
        for said in (part.masked, text)
    )


def courtesies(lexicon: Lexicon) -> Iterable[Phrases]:
    """What says nothing of the visitor's work."""
    intents = lexicon.intents
    return (
        intents["greet"], intents["thank"], intents["accept"], intents["correct"], lexicon.answers.courtesies,
        lexicon.agrees, lexicon.refuses,
    )  # fmt: skip


def _is_item(item: Part, lexicon: Lexicon, slot: str) -> bool:
    """Whether it says something of the visitor's work, of the kind that this slot holds."""
    words = lexicon.answers
    light = (
        *courtesies(lexicon),
        words.same, words.leads, words.trails, words.articles, words.joins, words.subjects,
        lexicon.hours.each, lexicon.hours.hour, lexicon.team.people,
    )  # fmt: skip
    is_counted = slot == "business_type" and bool(item.figures) and item.figures[0].start == 0
    is_people = is_counted and bool(lexicon.team.people.begin(item.masked))
    is_place = is_counted and lexicon.team.places.begin(item.masked[item.next_word(item.figures[0].end) :])
    is_light = is_only(item.masked, light, ignored=NUMBER)
    return not (is_light or is_place or is_people or words.complaints.search(item.masked))


def _meaning(sentence: Part, lexicon: Lexicon) -> list[Part]:
    """The clauses that say something about the visitor's work: no aside, no courtesy, no address."""
    counts = (
        lexicon.team.counted, lexicon.team.people, lexicon.hours.hour, lexicon.numbers.fillers,
        *lexicon.hours.periods.values(),
    )  # fmt: skip
    me = (lexicon.team.me, lexicon.numbers.fillers)
    return [
        clause
        for clause in sentence.clauses
        if not (
            OPAQUE in clause.masked
            or lexicon.answers.asides.search(clause.masked)
            or refers_back(clause, lexicon)
            or is_only(clause.masked, courtesies(lexicon))
            or (lexicon.team.me.search(clause.masked) and is_only(clause.masked, me))
            or (clause.figures and is_only(clause.masked, counts, ignored=NUMBER))
        )
    ]


def _run(sentence: Part, clauses: Sequence[Part], lexicon: Lexicon) -> list[Part]:
    """The first of these clauses and those that follow it at once, as far as they are not too long."""
    run = [clauses[0]]
    for clause in clauses[1:]:
        end = run[-1].start + len(run[-1].raw) - sentence.start
        between = sentence.raw[end : clause.start - sentence.start]
        is_long = clause.start + len(clause.raw) - run[0].start > LONGEST_VALUE
        if is_long or any(map(str.isalnum, between)) or lexicon.answers.comments.begin(clause.masked):
            break
        run.append(clause)
    return run


def _tidied(part: Part, lexicon: Lexicon, *, is_noun: bool, is_step: bool = False) -> Part:
    """Without what people say before and after the thing itself, and without the article of a noun."""
    words = lexicon.answers
    articles = (words.articles,) if is_noun else ()
    leads = (words.courtesies, lexicon.intents["greet"], words.leads, words.joins, *articles)
    while ends := [match.end() for group in leads if (match := group.begin(part.masked)) and match.end()]:
        if not (shorter := part.cut(ends[0], len(part.raw))).raw:
            break
        part = shorter
    if is_step and (subject := words.subjects.begin(part.masked)):
        part = part.cut(subject.end(), len(part.raw))
    while ends := [
        match.start() for match in words.trails.all_in(part.masked) if match.end() == len(part.raw)
    ]:
        if not (shorter := part.cut(0, ends[-1])).raw:
            break
        part = shorter
    return part


def _split(clause: Part, lexicon: Lexicon, *, at_and: bool) -> Iterator[Part]:
    text = _BULLETS.sub(lambda match: "\n" * len(match.group()), clause.masked)
    groups = (lexicon.answers.splits, *((lexicon.answers.joins,) if at_and else ()))
    matches = [*_SEPARATORS.finditer(text), *(match for group in groups for match in group.all_in(text))]
    yield from clause.split(match.span() for match in matches)
