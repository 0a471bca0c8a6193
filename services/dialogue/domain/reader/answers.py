"""Takes the answer to an open question at its word, without what is no answer around it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from playbook.lexicon import NUMBER, Lexicon, Phrases
from services.dialogue.domain.reader.text import OPAQUE, Part, is_only

LONGEST_VALUE: Final = 160
MOST_ITEMS: Final = 12
_MOST_WORDS_AS_WHOLE: Final = 7
_LONGEST_TOOL_WORDS: Final = 4
_BULLETS: Final = re.compile(r"(?m)^\s*(?:[-*\u2022]|\d{1,2}[.)])\s+")
_SEPARATORS: Final = re.compile(
    rf"\s*(?:{NUMBER}+[.)](?=\s)|[,;\n\u2022\uff0c\u3001]|->|\u2192|=>|/(?=\s))\s*"
)
_SHORT: Final = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """The values of a slot, and the visitor's words that carry them."""

    values: tuple[str, ...]
    quote: str


def text_answer(sentences: Sequence[Part], lexicon: Lexicon) -> Answer | None:
    """The first thing that is said: whole where it is short, otherwise its first clause of weight."""
    for sentence in sentences:
        clauses = _meaning(sentence, lexicon)
        if clauses:
            first, last = clauses[0], clauses[-1]
            whole = sentence.cut(first.start - sentence.start, last.start - sentence.start + len(last.raw))
            is_whole = (
                len(clauses) == len(sentence.clauses) and len(whole.raw.split()) <= _MOST_WORDS_AS_WHOLE
            )
            value = _tidied(whole if is_whole else first, lexicon)
            if len(value.raw) <= LONGEST_VALUE and _is_item(value, lexicon):
                return Answer((value.raw,), value.raw)
    return None


def sentence_answer(sentences: Sequence[Part], lexicon: Lexicon) -> Answer | None:
    """The first sentence that says something, as far as it is not too long."""
    for sentence in sentences:
        clauses = _meaning(sentence, lexicon)
        if not clauses:
            continue
        first, end = clauses[0], len(clauses[0].raw)
        for clause in clauses[1:]:
            reach = clause.start - first.start + len(clause.raw)
            between = sentence.raw[first.start - sentence.start + end : clause.start - sentence.start]
            is_comment = lexicon.answers.comments.begin(clause.masked)
            if is_comment or reach > LONGEST_VALUE or any(sign.isalnum() for sign in between):
                break
            end = reach
        start = first.start - sentence.start
        value = _tidied(sentence.cut(start, start + end), lexicon, is_noun=False)
        if len(value.raw) <= LONGEST_VALUE and _is_item(value, lexicon):
            return Answer((value.raw,), value.raw)
    return None


def list_answer(
    sentences: Sequence[Part], lexicon: Lexicon, *, of_tools: bool = False, of_steps: bool = False
) -> Answer | None:
    """Everything that is listed, in the visitor's words, without what is said about the list."""
    items: list[Part] = []
    for sentence in sentences:
        for clause in _meaning(sentence, lexicon):
            is_first = not items
            if lexicon.answers.comments.begin(clause.masked) and not is_first:
                continue
            for item in _split(clause, lexicon, at_and=not of_steps):
                tidy = _tidied(item, lexicon, is_noun=not of_steps, is_step=of_steps)
                is_name = not of_tools or len(tidy.raw.split()) <= _LONGEST_TOOL_WORDS
                if _SHORT < len(tidy.raw) <= LONGEST_VALUE and is_name and _is_item(tidy, lexicon):
                    items.append(tidy)
    values = tuple(dict.fromkeys(item.raw for item in items))[:MOST_ITEMS]
    if not values:
        return None
    holder = next((one for one in sentences if all(value in one.raw for value in values)), None)
    return Answer(values, holder.raw if holder and not of_tools else items[0].raw)


def refers_back(sentences: Sequence[Part], lexicon: Lexicon) -> bool:
    """Whether a sentence says that the answer was given before, and nothing else."""
    return any(_is_reference(sentence, lexicon) for sentence in sentences)


def _is_reference(part: Part, lexicon: Lexicon) -> bool:
    words, text = lexicon.answers, part.masked
    for phrases in (words.courtesies, lexicon.agrees, words.leads):
        text = phrases.blanked_in(text)
    groups = (words.same, words.asides, words.leads, words.trails)
    return any(
        (words.same.search(said) or words.asides.search(said))
        and is_only(said, (*groups, *courtesies(lexicon)))
        for said in (part.masked, text)
    )


def _is_item(item: Part, lexicon: Lexicon) -> bool:
    """Whether an item says something, and says it of the visitor's work."""
    words = lexicon.answers
    light = (
        words.same,
        *courtesies(lexicon),
        words.leads,
        words.trails,
        words.articles,
        words.joins,
        words.subjects,
    )
    counts = (lexicon.hours.each, lexicon.hours.hour, lexicon.team.people)
    return (
        not is_only(item.masked, (*light, *counts), ignored=NUMBER)
        and words.complaints.search(item.masked) is None
    )


def _meaning(sentence: Part, lexicon: Lexicon) -> list[Part]:
    """The clauses that say something about the visitor's work: no aside, no courtesy, no address."""
    found: list[Part] = []
    for clause in sentence.clauses:
        if lexicon.answers.asides.search(clause.masked) or OPAQUE in clause.masked:
            continue
        counts = (
            lexicon.team.counted, lexicon.team.people, lexicon.hours.hour, lexicon.numbers.fillers,
            *lexicon.hours.periods.values(),
        )  # fmt: skip
        is_visitor = lexicon.team.me.search(clause.masked) and is_only(
            clause.masked, (lexicon.team.me, lexicon.numbers.fillers)
        )
        if (
            is_visitor
            or _is_reference(clause, lexicon)
            or is_only(clause.masked, courtesies(lexicon))
            or (clause.figures and is_only(clause.masked, counts, ignored=NUMBER))
        ):
            continue
        found.append(clause)
    return found


def courtesies(lexicon: Lexicon) -> Iterable[Phrases]:
    """What says nothing of the visitor's work."""
    intents = lexicon.intents
    return (
        intents["greet"], intents["thank"], intents["accept"], lexicon.answers.courtesies, lexicon.agrees,
        lexicon.refuses, intents["correct"],
    )  # fmt: skip


def _tidied(part: Part, lexicon: Lexicon, *, is_noun: bool = True, is_step: bool = False) -> Part:
    """Without what people say before and after the thing itself, and without the article of a noun."""
    words = lexicon.answers
    articles = (words.articles,) if is_noun else ()
    leads = (words.courtesies, lexicon.intents["greet"], words.leads, words.joins, *articles)
    while match := next(
        (match for group in leads if (match := group.begin(part.masked)) and match.end()), None
    ):
        shorter = part.cut(match.end(), len(part.raw))
        if not shorter.raw:
            break
        part = shorter
    if is_step and (subject := words.subjects.begin(part.masked)):
        part = part.cut(subject.end(), len(part.raw))
    while ends := [match for match in words.trails.all_in(part.masked) if match.end() == len(part.raw)]:
        shorter = part.cut(0, ends[-1].start())
        if not shorter.raw:
            break
        part = shorter
    return part


def _split(clause: Part, lexicon: Lexicon, *, at_and: bool) -> Iterator[Part]:
    words = lexicon.answers
    start = 0
    text = _BULLETS.sub(lambda match: "\n" * len(match.group()), clause.masked)
    ends = [match.span() for match in _SEPARATORS.finditer(text)]
    ends += [
        match.span()
        for group in (words.splits, *((words.joins,) if at_and else ()))
        for match in group.all_in(text)
    ]
    for begin, end in sorted((*ends, (len(clause.raw), len(clause.raw)))):
        if begin >= start:
            if (item := clause.cut(start, begin)).raw:
                yield item
            start = end
