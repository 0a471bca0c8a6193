"""What a sentence wants: a question, a wish, a yes or a no; and whether it may be taken as an answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from playbook.lexicon import NUMBER, IntentName, Lexicon, Phrases
from playbook.reading.answers import is_empty, is_plain, without_courtesies
from playbook.reading.meaning import UNKNOWN_QUESTION, WHAT_IS_NOTED, Intent
from playbook.reading.text import Part, Sentence, fields_of, is_only

# Words between a negation and what it denies.
_REACH: Final = 24
# Within a sentence a comma or a quotation mark does not begin a question.
_NO_EDGE: Final = str.maketrans({",": "\u3001", '"': "'"})
_MOST_WORDS_OF_A_TAG: Final = 3
_MOST_WORDS_UNSURE: Final = 4
_MOST_WORDS_OF_PRAISE: Final = 12
_TELLS_OF_WORK: Final = frozenset({"challenge", "task", "steps"})
# The words of one fact have to weigh this much more than those of the next.
_TIMES_THE_NEXT: Final = 1.5
_CLAUSES_OF_A_LIST: Final = 3
_WISHES: Final[tuple[tuple[IntentName, Intent], ...]] = (
    ("want_person", Intent.WANT_PERSON), ("want_demo", Intent.WANT_DEMO),
)  # fmt: skip
_SAYS_NO: Final[tuple[tuple[IntentName, Intent], ...]] = (
    ("decline", Intent.DECLINE), ("stop", Intent.STOP), ("no_questions", Intent.NO_QUESTIONS),
)  # fmt: skip
_POLITE: Final[tuple[tuple[IntentName, Intent], ...]] = (("greet", Intent.GREET), ("thank", Intent.THANK))
# Facts about what is wished for: who asks for a demo does not ask what a demo is.
_WISHED_FOR: Final = frozenset({"demo", "identity", UNKNOWN_QUESTION})


@dataclass(frozen=True, slots=True)
class Scene:
    """What a sentence is read against: what was asked, and whether a proposal or a price was shown."""

    asked: str | None
    has_proposal: bool
    has_price: bool


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """A sentence and what it wants. `is_answer` says that it may be taken at its word."""

    sentence: Sentence
    intents: tuple[Intent, ...]
    is_answer: bool = False
    questions: tuple[str, ...] = ()

    def wants(self, *intents: Intent) -> bool:
        """Whether the sentence wants any of these."""
        return not set(intents).isdisjoint(self.intents)


def parted(sentence: Sentence, lexicon: Lexicon) -> Iterator[Sentence]:
    """A sentence, cut where a question begins behind a statement; `isn't it?` asks nothing."""
    clauses = sentence.clauses
    for at, clause in enumerate(clauses[1:], start=1):
        if not sentence.is_marked or not (_begins_question(clause, lexicon) or at == len(clauses) - 1):
            continue
        if _begins_question(clauses[0], lexicon):
            break
        is_tag = len(clause.raw.split()) <= _MOST_WORDS_OF_A_TAG and facts_asked(clause, lexicon) == ()
        if not is_tag and not _begins_question(clause, lexicon):
            break
        yield _between(sentence, clauses[:at], is_marked=False)
        if not is_tag:
            yield _between(sentence, clauses[at:], is_marked=True)
        return
    yield sentence


def read_sentence(sentence: Sentence, lexicon: Lexicon, scene: Scene) -> SentenceReading:
    """What a sentence wants."""
    words, text = lexicon.intents, sentence.masked
    is_list = len(sentence.clauses) >= _CLAUSES_OF_A_LIST and not any(
        is_empty(clause, lexicon) for clause in sentence.clauses
    )
    intents = [one for name, one in _WISHES if not is_list and _is_wished(text, words[name], lexicon)]
    edits = (lexicon.edits.removes, lexicon.edits.replaces)
    is_edit = scene.has_proposal and any(one.search(text) for one in edits)
    if scene.has_proposal and words["want_change"].search(text) and not facts_asked(sentence, lexicon):
        is_edit = True
    if not is_edit and _is_question(sentence, lexicon, is_asked=scene.asked is not None):
        questions = facts_asked(sentence, lexicon) or (
            WHAT_IS_NOTED if lexicon.asks_what_is_noted.search(text) else UNKNOWN_QUESTION,
        )
        if intents and questions[0] in _WISHED_FOR:
            return SentenceReading(sentence, tuple(intents))
        accepted = [Intent.ACCEPT] if scene.has_proposal and _accepts_before(sentence, lexicon) else []
        return SentenceReading(sentence, (*accepted, *intents, Intent.ASK), questions=questions)
    intents += [intent for name, intent in _SAYS_NO if words[name].search(text)]
    is_all = is_only(text, (words["object"], lexicon.answers.light, *lexicon.polite))
    if (scene.has_proposal or scene.has_price or is_all) and words["object"].search(text):
        intents.append(Intent.OBJECT)
    if scene.asked and words["skip"].search(text):
        intents.append(Intent.SKIP)
    is_change = is_edit or words["want_change"].search(text) is not None
    if is_change and Intent.DECLINE not in intents:
        intents.append(Intent.WANT_CHANGE)
    if scene.has_proposal and not intents and _praises(sentence, lexicon):
        intents.append(Intent.ACCEPT)
    is_no_answer = bool(set(intents) - {Intent.WANT_CHANGE}) or is_empty(sentence, lexicon)
    bare = _without_courtesies(sentence, lexicon)
    is_order = any(verb.begin(bare) for verb in (lexicon.edits.removes, lexicon.edits.replaces))
    is_complaint = _complains(text, lexicon) or (is_order and scene.asked not in _TELLS_OF_WORK)
    intents += [intent for name, intent in _POLITE if words[name].search(text)]
    is_answer = not (is_no_answer or is_complaint)
    return SentenceReading(sentence, tuple(dict.fromkeys(intents)), is_answer)


def facts_asked(part: Part, lexicon: Lexicon) -> tuple[str, ...]:
    """The facts whose words clearly stand in a question, unknown where another comes close."""
    weights = {
        facts: sum(len(match.group()) for match in phrases.all_in(part.masked))
        for facts, phrases in lexicon.facts.items()
    }
    (best, most), (_, next_most) = sorted(weights.items(), key=lambda one: -one[1])[:2]
    if not most:
        return ()
    return tuple(best.split()) if most >= next_most * _TIMES_THE_NEXT else (UNKNOWN_QUESTION,)


def _complains(text: str, lexicon: Lexicon) -> bool:
    """Whether a sentence speaks to us, or of the talk; `you know` does not."""
    polite = [match.span() for match in lexicon.answers.courtesies.all_in(text)]
    return any(
        not any(start <= match.start() and match.end() <= end for start, end in polite)
        for match in lexicon.answers.complaints.all_in(text)
    )


def _is_question(sentence: Sentence, lexicon: Lexicon, *, is_asked: bool) -> bool:
    """An answer with a question mark stays an answer: `dunno like 10?`, `the quotes, i guess?`."""
    if is_only(sentence.masked, (*lexicon.polite,)):
        return False
    hours = lexicon.hours
    counts = (
        lexicon.team.people, lexicon.team.staff, hours.hour, lexicon.numbers.fillers,
        *hours.periods.values(), lexicon.answers.courtesies, lexicon.intents["skip"],
    )  # fmt: skip
    if sentence.figures and is_only(sentence.masked, counts, ignored=NUMBER):
        return False
    is_short = len(sentence.raw.split()) <= _MOST_WORDS_UNSURE
    is_unsure = is_asked and is_short and not facts_asked(sentence, lexicon)
    return (sentence.is_marked and not is_unsure) or _begins_question(sentence, lexicon)


def _begins_question(part: Part, lexicon: Lexicon) -> bool:
    return lexicon.asks.search(_without_courtesies(part, lexicon).translate(_NO_EDGE)) is not None


def _without_courtesies(part: Part, lexicon: Lexicon) -> str:
    return without_courtesies(part, lexicon).masked or part.masked


def _is_wished(text: str, phrases: Phrases, lexicon: Lexicon) -> bool:
    before = (text[max(0, match.start() - _REACH) : match.start()] for match in phrases.all_in(text))
    return any(not lexicon.negations.search(one.rpartition(",")[2]) for one in before)


def _praises(sentence: Part, lexicon: Lexicon) -> bool:
    """Whether a short clause accepts, and nothing speaks against it."""
    accepts = (lexicon.intents["accept"], lexicon.agrees)
    left = sentence.masked
    for phrases in accepts:
        left = phrases.blanked_in(left)
    is_denied = lexicon.negations.search(left) or lexicon.contrasts.search(sentence.masked)
    return not is_denied and any(
        len(clause.raw.split()) <= _MOST_WORDS_OF_PRAISE
        and (accepts[0].search(clause.masked) or is_plain(clause, lexicon.agrees, lexicon))
        for clause in sentence.clauses
    )


def _accepts_before(sentence: Sentence, lexicon: Lexicon) -> bool:
    """Whether a clause in front of a question accepts: `looks fine, and the price?`."""
    groups = (lexicon.intents["accept"], *lexicon.polite, lexicon.answers.light)
    return any(
        lexicon.intents["accept"].search(clause.masked) and is_only(clause.masked, groups)
        for clause in sentence.clauses[:-1]
    )


def _between(sentence: Sentence, clauses: Sequence[Part], *, is_marked: bool) -> Sentence:
    start, last = clauses[0].start - sentence.start, clauses[-1]
    part = sentence.cut(start, last.start + len(last.raw) - sentence.start)
    return Sentence(*fields_of(part), is_marked=is_marked)
