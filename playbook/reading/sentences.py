"""Sorts the sentences of a message: question, wish, courtesy, correction, complaint or statement."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Final

from playbook.lexicon import NUMBER, IntentName, Lexicon, Phrases, plain
from playbook.reading.answers import is_empty, is_plain, without_courtesies
from playbook.reading.meaning import UNKNOWN_QUESTION, WHAT_IS_NOTED, Intent
from playbook.reading.text import Part, Sentence, fields_of, is_only

# Words between a negation and what it denies.
_REACH: Final = 24
# Within a sentence a comma or a quotation mark does not begin a question.
_NO_EDGE: Final = str.maketrans({",": "\u3001", '"': "'"})
_MOST_WORDS_OF_A_TAG: Final = 3
_MOST_WORDS_UNSURE: Final = 4
_MOST_WORDS_OF_A_PART: Final = 2
_MOST_WORDS_OF_PRAISE: Final = 12
_MOST_WORDS_LEFT: Final = 2
_FEWEST_LETTERS: Final = 4
_MOST_WORDS_OF_A_SKIP: Final = 14
_CLAUSES_OF_A_LIST: Final = 3
# The words of one fact have to weigh this much more than those of the next.
_TIMES_THE_NEXT: Final = 1.5
_WISHES: Final[tuple[tuple[IntentName, Intent], ...]] = (
    ("want_person", Intent.WANT_PERSON), ("want_demo", Intent.WANT_DEMO),
)  # fmt: skip
_SAYS_NO: Final[tuple[tuple[IntentName, Intent], ...]] = (
    ("decline", Intent.DECLINE), ("stop", Intent.STOP), ("take_leave", Intent.TAKE_LEAVE),
    ("no_questions", Intent.NO_QUESTIONS),
)  # fmt: skip
_POLITE: Final[tuple[tuple[IntentName, Intent], ...]] = (("greet", Intent.GREET), ("thank", Intent.THANK))
# What is said of how a demo is picked and moved.
_OF_THE_TIME: Final = "next_steps"
# Facts about what is wished for: who asks for a demo does not ask what a demo is.
_WISHED_FOR: Final = frozenset({"demo", UNKNOWN_QUESTION})
# Who asks whether we can do it does not ask what an agent can do.
_YOUR_TASK: Final = "what_we_do your_task"
_BESIDE_YOUR_TASK: Final = frozenset({"can_do", "what_we_do", "can_write"})
# By then the visitor has read how their words are noted.
_LATE: Final = frozenset({"out_of_scope", "success_measure"})
# A price in a question asks what its tier is, unless something else is asked of it.
_PRICES: Final = "starter growth enterprise"
_OF_PRICES: Final = frozenset({_PRICES, "currency", "choice", "what_we_do"})
_AMOUNT: Final = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,' ]?\d{3})*(?:[.,]00?)?(?![\d%]|[.,]\d)")
_CURRENCY: Final = re.compile(r"^\s*(?:us)?[$\u20ac\u00a3]")
_TELLS_OF_WORK: Final = frozenset({"challenge", "task", "steps"})
QUOTED: Final = re.compile(r'[\u201c\u201e\u00ab"][^"\u201c\u201d\u00bb]{3,}[\u201d\u201c\u00bb"]')


class Kind(StrEnum):
    """What a sentence is; a statement alone can be content."""

    QUESTION = "question"
    WISH = "wish"
    COURTESY = "courtesy"
    CORRECTION = "correction"
    COMPLAINT = "complaint"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Scene:
    """What a sentence is read against: what was asked and said, and what was shown: proposal, price, link."""

    asked: str | None
    has_proposal: bool
    has_price: bool
    has_link: bool = False
    last_reply: str = ""


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """A sentence, what it is, what it wants, and the facts that it asks for."""

    sentence: Sentence
    kind: Kind
    intents: tuple[Intent, ...] = ()
    questions: tuple[str, ...] = ()

    @property
    def is_statement(self) -> bool:
        """Whether it may be content."""
        return self.kind is Kind.STATEMENT


def parted(sentence: Sentence, lexicon: Lexicon) -> Iterator[Sentence]:
    """A sentence, cut where a question or a wish begins behind something else; `isn't it?` asks nothing."""
    clauses = sentence.clauses
    for at, clause in enumerate(clauses[1:], start=1):
        is_wish = _wishes(clause.masked, lexicon) != [] and not _wishes(clauses[0].masked, lexicon)
        begins = _begins_question(clause, lexicon)
        if is_wish and len(clauses) < _CLAUSES_OF_A_LIST + at:
            yield _between(sentence, clauses[:at], is_marked=False)
            yield _between(sentence, clauses[at:], is_marked=sentence.is_marked)
            return
        if begins and not sentence.is_marked and lexicon.intents["no_questions"].search(clauses[0].masked):
            yield _between(sentence, clauses[:at], is_marked=False)
            yield _between(sentence, clauses[at:], is_marked=True)
            return
        if not sentence.is_marked or not (begins or at == len(clauses) - 1):
            continue
        if _begins_question(clauses[0], lexicon):
            break
        is_tag = len(clause.raw.split()) <= _MOST_WORDS_OF_A_TAG and facts_asked(clause, lexicon) == ()
        if not is_tag and not begins:
            break
        yield _between(sentence, clauses[:at], is_marked=False)
        if not is_tag:
            yield _between(sentence, clauses[at:], is_marked=True)
        return
    yield sentence


def read_sentence(sentence: Sentence, lexicon: Lexicon, scene: Scene) -> SentenceReading:
    """What a sentence is, and what it wants; of `as I said, the quotes` only what was said counts."""
    if rest := _behind_reminder(sentence, lexicon):
        return read_sentence(rest, lexicon, scene)
    text, words = sentence.masked, lexicon.intents
    if scene.has_link and lexicon.moves_demo.search(text):
        return SentenceReading(sentence, Kind.QUESTION, (Intent.ASK,), (_OF_THE_TIME,))
    is_list = len(sentence.clauses) >= _CLAUSES_OF_A_LIST and not any(
        is_empty(clause, lexicon) for clause in sentence.clauses
    )
    wishes = [] if is_list else _wishes(text, lexicon)
    corrects = _corrects(sentence, lexicon, scene)
    is_noted = sentence.is_marked and lexicon.asks_what_is_noted.search(text) is not None
    # `Prices` answers what should stay with people.
    is_part = scene.asked == "out_of_scope" and len(text.split()) <= _MOST_WORDS_OF_A_PART
    may_ask = sentence.is_marked or not is_part
    may_ask = may_ask and (is_noted or not (corrects and scene.has_proposal))
    if may_ask and _is_question(
        sentence, lexicon, is_asked=bool(scene.asked) and not _echoes(sentence, scene)
    ):
        return _question(sentence, wishes, lexicon, scene)
    intents = [*wishes, *(intent for name, intent in _SAYS_NO if words[name].search(text))]
    if not wishes and words["want_demo"].search(text):
        # Who wants no demo is not asked for one again.
        intents.append(Intent.NO_QUESTIONS)
    kind = Kind.WISH if intents else None
    if scene.has_proposal and not wishes and words["want_change"].search(text):
        # `Not now, the steps are wrong`
        kind, intents = Kind.CORRECTION, [one for one in intents if one is Intent.NO_QUESTIONS]
    is_all = is_only(text, (words["object"], lexicon.answers.light, *lexicon.polite))
    if (scene.has_proposal or scene.has_price or is_all) and words["object"].search(text):
        intents.append(Intent.OBJECT)
        kind = kind or Kind.COMPLAINT
    if scene.asked and words["skip"].search(text) and len(sentence.raw.split()) <= _MOST_WORDS_OF_A_SKIP:
        intents.append(Intent.SKIP)
        kind = kind or Kind.WISH
    if kind is None and corrects:
        kind = Kind.CORRECTION
    if kind is None and scene.has_proposal and _praises(sentence, lexicon):
        intents.append(Intent.ACCEPT)
    if kind is None and is_empty(sentence, lexicon):
        kind = Kind.COURTESY
    if kind is None and _reacts(sentence, lexicon):
        # Nothing of it was misunderstood, no more than a greeting is.
        kind = Kind.COURTESY
        intents.append(Intent.GREET)
    if kind is None and _complains(sentence, lexicon, scene):
        kind = Kind.COMPLAINT
    intents += [intent for name, intent in _POLITE if words[name].search(text)]
    return SentenceReading(sentence, kind or Kind.STATEMENT, tuple(dict.fromkeys(intents)))


def facts_asked(part: Part, lexicon: Lexicon) -> tuple[str, ...]:
    """The facts whose words clearly stand in a question, unknown where another comes close."""
    found = [
        (match.start(), match.end(), facts)
        for facts, phrases in lexicon.facts.items()
        for match in phrases.all_in(part.masked)
    ]
    weights = dict.fromkeys(lexicon.facts, 0)
    for start, end, facts in found:
        # `price` says nothing within `is the price fixed`.
        is_within = any(
            other[0] <= start and end <= other[1] and other[1] - other[0] > end - start for other in found
        )
        weights[facts] += 0 if is_within else end - start
    if weights.get(_YOUR_TASK):
        weights = {facts: weight for facts, weight in weights.items() if facts not in _BESIDE_YOUR_TASK}
    named = _tiers_of_the_price(part, lexicon)
    if named and not any(weight for facts, weight in weights.items() if facts not in (*_OF_PRICES, *named)):
        return named
    (best, most), (_, next_most) = sorted(weights.items(), key=lambda one: -one[1])[:2]
    if not most:
        return ()
    return tuple(best.split()) if most >= next_most * _TIMES_THE_NEXT else (UNKNOWN_QUESTION,)


def _tiers_of_the_price(part: Part, lexicon: Lexicon) -> tuple[str, ...]:
    """The tiers whose price stands in a question, where it counts nothing else: `2500 orders`."""
    tiers = {str(price): tier for tier, price in lexicon.prices.items()}
    words = (
        lexicon.facts[_PRICES], lexicon.facts["currency"], lexicon.hours.periods["month"],
        lexicon.answers.light, lexicon.answers.courtesies, lexicon.contrasts,
    )  # fmt: skip
    named = list[str]()
    for match in _AMOUNT.finditer(part.plain):
        tier = tiers.get(re.sub(r"\D", "", re.sub(r"[.,]00?$", "", match.group())))
        behind = _CURRENCY.sub("", part.masked[match.end() :]).strip()
        if tier and (not behind[:1].isalpha() or any(one.begin(behind) for one in words)):
            named.append(tier)
    return tuple(dict.fromkeys(named))


def _question(
    sentence: Sentence, wishes: Sequence[Intent], lexicon: Lexicon, scene: Scene
) -> SentenceReading:
    is_noted = lexicon.asks_what_is_noted.search(sentence.masked)
    questions = (WHAT_IS_NOTED,) if is_noted else _all_asked(sentence, lexicon) or (UNKNOWN_QUESTION,)
    if questions == ("identity",):
        return SentenceReading(sentence, Kind.QUESTION, (Intent.ASK,), questions)
    if wishes and (questions[0] in _WISHED_FOR or Intent.WANT_PERSON in wishes):
        return SentenceReading(sentence, Kind.WISH, tuple(wishes))
    accepted = [Intent.ACCEPT] if scene.has_proposal and _accepts_before(sentence, lexicon) else []
    return SentenceReading(sentence, Kind.QUESTION, (*accepted, *wishes, Intent.ASK), questions)


def _all_asked(sentence: Sentence, lexicon: Lexicon) -> tuple[str, ...]:
    """The facts of a question, or of each of its parts: `what does it cost, and is this a bot?`."""
    joins = lexicon.answers.joins
    parts = [
        part
        for clause in sentence.clauses
        for part in clause.split(match.span() for match in joins.all_in(clause.masked))
    ]
    asked = [facts for part in parts if (facts := facts_asked(part, lexicon))]
    known = {facts for facts in asked if UNKNOWN_QUESTION not in facts}
    return tuple(dict.fromkeys(chain(*asked))) if len(known) > 1 else facts_asked(sentence, lexicon)


def _wishes(text: str, lexicon: Lexicon) -> list[Intent]:
    return [intent for name, intent in _WISHES if _is_wished(text, lexicon.intents[name], lexicon)]


def _corrects(sentence: Sentence, lexicon: Lexicon, scene: Scene) -> bool:
    """Whether a sentence says that something is to be otherwise."""
    words, text = lexicon.intents, sentence.masked
    if words["correct"].search(text):
        return True
    if scene.has_proposal:
        edits = (words["want_change"], lexicon.orders)
        may_ask = sentence.is_marked or _begins_question(sentence, lexicon)
        asks = may_ask and facts_asked(sentence, lexicon) != ()
        return not asks and any(one.search(text) for one in edits)
    bare = without_courtesies(sentence, lexicon).masked or text
    return scene.asked not in _TELLS_OF_WORK and lexicon.orders.begin(bare) is not None


def _reacts(sentence: Sentence, lexicon: Lexicon) -> bool:
    """Whether a sentence only judges what was said before, or agrees to it: `honest at least`, `go ahead`."""
    says = (lexicon.answers.reactions, lexicon.intents["accept"])
    groups = (*says, *lexicon.polite, lexicon.answers.light)
    return any(one.search(sentence.masked) for one in says) and is_only(sentence.masked, groups)


def _complains(sentence: Sentence, lexicon: Lexicon, scene: Scene) -> bool:
    """Whether a sentence speaks to us, of the talk, of what was said before, or says what is not so."""
    text, words = sentence.masked, lexicon.answers
    may_quote_us = scene.has_proposal or scene.asked in _LATE
    if may_quote_us and (QUOTED.search(sentence.raw) or words.ours.search(text)):
        return True
    bare = without_courtesies(sentence, lexicon).masked
    left = _left(bare, (words.said_before, words.light), lexicon)
    if words.said_before.search(bare) and len(left) <= _MOST_WORDS_LEFT:
        return True
    polite = [match.span() for match in words.courtesies.all_in(text)]
    return any(
        not any(start <= match.start() and match.end() <= end for start, end in polite)
        for match in words.complaints.all_in(text)
    )


def _left(text: str, groups: Iterable[Phrases], lexicon: Lexicon) -> list[str]:
    """The words that are left without these and without courtesies."""
    for phrases in (*groups, *lexicon.polite):
        text = phrases.blanked_in(text)
    return text.split()


def _echoes(sentence: Part, scene: Scene) -> bool:
    """`Leave what open?` asks about our own words."""
    words = [word for word in re.findall(r"\w+", sentence.plain) if len(word) >= _FEWEST_LETTERS]
    said = plain(scene.last_reply)
    return len(words) > 1 and sum(word in said for word in words) > 1


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
    bare = without_courtesies(sentence, lexicon).masked or sentence.masked
    is_unsure = is_asked and is_short and not facts_asked(sentence, lexicon)
    is_unsure = is_unsure and not lexicon.question_words.begin(bare)
    is_unsure = is_unsure and not lexicon.asks_what_is_noted.search(bare)
    return (sentence.is_marked and not is_unsure) or _begins_question(sentence, lexicon)


def _begins_question(part: Part, lexicon: Lexicon) -> bool:
    bare = without_courtesies(part, lexicon).masked or part.masked
    return lexicon.asks.search(bare.translate(_NO_EDGE)) is not None


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


def _behind_reminder(sentence: Sentence, lexicon: Lexicon) -> Sentence | None:
    """What follows the remark that it was said before, where that begins the sentence and something does."""
    bare = without_courtesies(sentence, lexicon)
    remark = lexicon.answers.said_before.begin(bare.masked)
    rest = bare.cut(remark.end(), len(bare.raw)) if remark else None
    words = (lexicon.answers.same, lexicon.answers.light, *lexicon.polite)
    if rest is None or is_only(rest.masked, words):
        return None
    return Sentence(*fields_of(rest), is_marked=sentence.is_marked)


def _between(sentence: Sentence, clauses: Sequence[Part], *, is_marked: bool) -> Sentence:
    start, last = clauses[0].start - sentence.start, clauses[-1]
    part = sentence.cut(start, last.start + len(last.raw) - sentence.start)
    return Sentence(*fields_of(part), is_marked=is_marked)
