"""What a visitor asks: which sentences are questions, and which facts answer them."""

from collections.abc import Sequence
from typing import Final

from playbook.lexicon import NUMBER, Lexicon
from services.dialogue.domain.reader.answers import courtesies
from services.dialogue.domain.reader.text import Part, Sentence, fields_of, is_only

_MOST_WORDS_OF_A_TAG: Final = 3
_MOST_WORDS_UNSURE: Final = 4
# Within a sentence a comma or a quotation mark does not begin a question.
_NO_EDGE: Final = str.maketrans({",": "\u3001", '"': "'"})


def parted(sentence: Sentence, lexicon: Lexicon) -> Sequence[Sentence]:
    """A sentence without what only sounds like a question, and cut where one begins behind a statement."""
    sentence = _without_rhetorical(sentence, lexicon)
    clauses = sentence.clauses
    for at, clause in enumerate(clauses[1:], start=1):
        is_last = at == len(clauses) - 1
        has_fact = bool(facts_asked(clause, lexicon))
        if _begins_question(clause, lexicon) and (sentence.is_marked or (is_last and has_fact)):
            if _begins_question(clauses[0], lexicon):
                return [sentence]
            before = _between(sentence, clauses[:at], is_marked=False)
            return [before, _between(sentence, clauses[at:], is_marked=True)]
        is_short = len(clause.raw.split()) <= _MOST_WORDS_OF_A_TAG and not clause.figures
        if sentence.is_marked and is_last and is_short and clause.raw.islower() and not has_fact:
            # `we sell used cars, happy now?`
            return [_between(sentence, clauses[:at], is_marked=_begins_question(clauses[0], lexicon))]
    return [sentence]


def is_question(sentence: Sentence, lexicon: Lexicon, *, is_asked: bool) -> bool:
    """An answer with a question mark stays an answer: `dunno like 10?`, `the quotes, i guess?`."""
    counts = (
        lexicon.team.people, lexicon.hours.hour, lexicon.numbers.fillers, *lexicon.hours.periods.values(),
        lexicon.answers.courtesies,
    )  # fmt: skip
    is_number = bool(sentence.figures) and is_only(sentence.masked, counts, ignored=NUMBER)
    if is_only(sentence.masked, courtesies(lexicon)):
        return False
    is_unsure = (
        is_asked and len(sentence.raw.split()) <= _MOST_WORDS_UNSURE and not facts_asked(sentence, lexicon)
    )
    is_marked = sentence.is_marked and not is_unsure
    return (is_marked or _begins_question(sentence, lexicon)) and not is_number


def facts_asked(part: Part, lexicon: Lexicon) -> tuple[str, ...]:
    """The ids of the facts whose words are the longest that stand in the question."""
    lengths = {
        facts: max(len(match.group()) for match in matches)
        for facts, phrases in lexicon.facts.items()
        if (matches := phrases.all_in(part.masked))
    }
    return tuple(max(lengths, key=lambda facts: lengths[facts]).split()) if lengths else ()


def _begins_question(part: Part, lexicon: Lexicon) -> bool:
    return lexicon.asks.search(_without_courtesy(part, lexicon).translate(_NO_EDGE)) is not None


def _without_rhetorical(sentence: Sentence, lexicon: Lexicon) -> Sentence:
    """Without a question that asks nothing behind a statement, or in front: `well, where do I start`."""
    clauses, is_marked, start = sentence.clauses, sentence.is_marked, 0
    for at, clause in enumerate(clauses):
        if not _is_rhetorical(clause, lexicon, is_marked=is_marked):
            continue
        if at == len(clauses) - 1:
            return _between(sentence, clauses[start:at], is_marked=False)
        if all(is_only(one.masked, courtesies(lexicon)) for one in clauses[start:at]):
            start = at + 1
    return _between(sentence, clauses[start:], is_marked=is_marked) if start else sentence


def _is_rhetorical(clause: Part, lexicon: Lexicon, *, is_marked: bool) -> bool:
    """Whether it only sounds like a question: `isn't it?`, `what do you expect?`."""
    if not (is_marked or _begins_question(clause, lexicon)) or facts_asked(clause, lexicon):
        return False
    if lexicon.asks_what_is_noted.search(clause.masked):
        return False
    rhetorical = lexicon.answers.rhetorical
    return any(
        rhetorical.begin(text) is not None for text in (clause.masked, _without_courtesy(clause, lexicon))
    )


def _without_courtesy(part: Part, lexicon: Lexicon) -> str:
    text, polite = part.masked, (lexicon.answers.courtesies, lexicon.intents["greet"])
    while courtesy := next((match for group in polite if (match := group.begin(text))), None):
        text = text[courtesy.end() :].lstrip(" ,.!-")
    return text


def _between(sentence: Sentence, clauses: Sequence[Part], *, is_marked: bool) -> Sentence:
    if not clauses:
        return Sentence("", "", "", (), sentence.start)
    last = clauses[-1].start + len(clauses[-1].raw)
    part = sentence.cut(clauses[0].start - sentence.start, last - sentence.start)
    return Sentence(*fields_of(part), is_marked=is_marked, is_introduction=sentence.is_introduction)
