"""Which topics of the vocabulary are trade, and what a clause says of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from playbook.claims.vocabulary import Term
from services.dialogue.domain.guard.figures import TIMES, Figure, figures_in

# About our terms wherever they stand, in a question too.
HARD = frozenset(
    (
        "free", "discount", "refund", "guarantee", "trial", "price", "foreign", "contract", "cancel",
        "notice", "anytime", "setup", "tax", "eu", "usa", "certified", "limited", "contact", "human",
        "country", "unbound",
    )
)  # fmt: skip
# A claim of ours unless the visitor spoke of it first, or it is asked.
CLAIMED = frozenset(
    (
        "card", "ready", "version", "integration", "engineer", "data", "store", "server", "train",
        "share", "secure", "reference", "mistake", "save", "soon", "machine", "company", "grant",
        "language", "transcript", "review",
    )
)  # fmt: skip
# Everyday words of a visitor's business; a claim only where we, the agent or the demo are spoken of.
SOFT = frozenset(("invoice", "phone", "paper", "weekday", "year", "absolute"))
OURS = frozenset(("us", "agent", "demo", "tier", "tier_name", "company_name", "colleague"))
TRADE = HARD | CLAIMED | SOFT
# What stands beside a claim and claims nothing itself.
SMALL = frozenset(
    (
        "function", "self", "us", "you", "not", "forward", "if", "tentative", "neutral", "yes", "say",
        "receive", "give", "include", "link", "people", "choose", "harmless", "dollar", "number",
        "spelled", "agent", "tier", "colleague", "company_name", "tier_name", "demo", "stop", "ask",
        "but", "video", "portion",
    )
)  # fmt: skip
# What a refusal denies, and what it may say of price beside that.
GRANTED = frozenset(
    ("discount", "refund", "guarantee", "trial", "free", "grant", "give", "reference", "foreign")
)
BESIDE_A_REFUSAL = GRANTED | {"price", "transcript", "say", "tier", "tier_name", "demo"} | TIMES
SPECIFIC = (
    (TRADE - {"absolute"}) | TIMES | {"dollar", "company_name", "demo", "tier_name", "colleague", "video"}
)

Signed = tuple[str, bool]


_COMMAS = frozenset({",", "\u060c", "\u3001"})
_CONJUNCTIONS = frozenset(
    (
        "and", "or", "nor", "und", "noch", "oder", "et", "ou", "ni", "y", "o", "e", "en", "of", "och",
        "i", "lub", "ve", "\u0438", "\u0456", "\u0438\u043b\u0438", "\u0430", "\u0648", "\u548c",
        "\u4e5f",
    )
)  # fmt: skip

# What is spoken of, rather than what is said of it: "data is never sold" denies the sale.
_SUBJECTS = frozenset({"data", "version"})
_ARABIC_AND = "\u0648"


@dataclass(frozen=True)
class Clause:
    """Terms between two stops, its commas among them, and what they are about."""

    terms: tuple[Term, ...]
    has_concord: bool = False

    @cached_property
    def parts(self) -> tuple["Clause", ...]:
        """The parts between its commas; itself where it has none."""
        if not any("stop" in term.topics for term in self.terms):
            return (self,)
        return tuple(_split(self.terms, lambda term: "stop" in term.topics, has_concord=self.has_concord))

    @cached_property
    def topics(self) -> frozenset[str]:
        """All topics of its terms."""
        return frozenset(topic for term in self.terms for topic in term.topics)

    @cached_property
    def trade(self) -> frozenset[str]:
        """Its topics of trade."""
        return self.topics & TRADE

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Its figures."""
        return tuple(figures_in(self.terms))

    @cached_property
    def negations(self) -> tuple[int, ...]:
        """Where something is denied; what is denied with "and" once more is denied once."""
        found = [at for at, term in enumerate(self.terms) if term.topics & _NEGATIONS]
        joined = [
            at
            for before, at in pairwise(found)
            if any(term.text in _CONJUNCTIONS for term in self.terms[before:at])
        ]
        return tuple(at for at in found if at not in joined)

    @cached_property
    def is_denied(self) -> bool:
        """Whether it denies: two denials may be none, except in some languages, and are not counted."""
        return len(self.negations) == 1 or (self.has_concord and bool(self.negations))

    @cached_property
    def signed(self) -> frozenset[Signed]:
        """Each topic of trade, and whether it is denied. What is free has a price that is denied."""
        if len(self.parts) > 1:
            return frozenset().union(*(part.signed for part in self.parts))
        found: set[Signed] = set()
        refuses = bool(self.topics & {"grant", "say"}) and self.is_denied
        for at, term in enumerate(self.terms):
            for topic in term.topics & TRADE:
                denied = self._denies(at) and topic not in _SUBJECTS
                if topic == "free":
                    found.add(("setup" if "setup" in self.topics else "price", not denied))
                elif topic == "unbound":
                    found.add(("contract", not denied))
                # A set-up fee is no price, and who cannot change a price does not deny it.
                elif not (topic == "price" and (refuses or "setup" in self.topics)):
                    found.add((topic, denied))
        return frozenset(found)

    @cached_property
    def signed_words(self) -> frozenset[Signed]:
        """Each word that is neither of trade nor a function word, and whether it is denied."""
        if len(self.parts) > 1:
            return frozenset().union(*(part.signed_words for part in self.parts))
        return frozenset(
            (term.stem, self._denies(at))
            for at, term in enumerate(self.terms)
            if term.value is None and (not term.topics or "harmless" in term.topics)
        )

    def _denies(self, at: int) -> bool:
        if not self.is_denied:
            return False
        place = self.negations[0]
        is_fused = self.terms[place].text.startswith(_ARABIC_AND)
        follows_and = is_fused or (place > 0 and self.terms[place - 1].text in _CONJUNCTIONS)
        is_forward = ("forward" in self.terms[place].topics and not self.has_concord) or follows_and
        return place < at if is_forward else True

    @cached_property
    def content(self) -> frozenset[str]:
        """The stems of the words that are neither of trade nor small."""
        return frozenset(
            term.stem for term in self.terms if not term.topics & _NO_CONTENT and term.value is None
        )

    def first(self, topics: Iterable[str]) -> int | None:
        """Where the first term with one of the topics stands."""
        wanted = frozenset(topics)
        return next((at for at, term in enumerate(self.terms) if term.topics & wanted), None)


_NEGATIONS = frozenset({"not", "forward"})
_NO_CONTENT = TRADE | TIMES | SMALL


def clauses_of(terms: Sequence[Term], *, has_concord: bool) -> list[Clause]:
    """The clauses of a sentence: between semicolons, colons, dashes and "but"."""

    def ends(term: Term) -> bool:
        return "but" in term.topics or ("stop" in term.topics and term.text.strip() not in _COMMAS)

    return list(_split(terms, ends, has_concord=has_concord))


def _split(terms: Sequence[Term], ends: Callable[[Term], bool], *, has_concord: bool) -> Iterator[Clause]:
    run: list[Term] = []
    for term in (*terms, None):
        if term is not None and not ends(term):
            run.append(term)
            continue
        # "No, I can't": the answer denies nothing more than what stands behind it.
        if len(run) > 1 and run[0].topics & _NEGATIONS and run[1].topics & _behind_a_no(run[0]):
            run = run[1:]
        while run and "stop" in run[0].topics:
            run = run[1:]
        if run:
            yield Clause(tuple(run), has_concord)
        run = []


def _behind_a_no(term: Term) -> frozenset[str]:
    """Where "no" is also "not", only a stop or another "not" tells that it answers."""
    return frozenset({"self", "us", "not", "yes", "stop"} if "forward" in term.topics else {"not", "stop"})
