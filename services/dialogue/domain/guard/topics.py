"""Which topics of the vocabulary are trade, and what a clause says of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from playbook.claims.vocabulary import Term

# About our terms wherever they stand, in a question too.
HARD = frozenset(
    (
        "free", "discount", "refund", "guarantee", "trial", "price", "foreign", "contract", "cancel", "notice",
        "anytime", "setup", "tax", "eu", "usa", "certified", "limited", "contact", "human",
    )
)  # fmt: skip
# A claim of ours unless the visitor spoke of it first, or it is asked.
CLAIMED = frozenset(
    (
        "card", "ready", "version", "integration", "engineer", "data", "store", "server", "train", "share",
        "secure", "reference", "mistake", "save", "soon", "machine", "company", "grant", "language",
    )
)  # fmt: skip
# Everyday words of a visitor's business; a claim only where we, the agent or the demo are spoken of.
SOFT = frozenset(("invoice", "review", "phone", "paper", "weekday", "year", "absolute"))
TIMES = frozenset(("month", "week", "day", "hour", "minute", "year"))
OURS = frozenset(("us", "agent", "demo", "tier", "tier_name", "company_name", "colleague"))
TRADE = HARD | CLAIMED | SOFT
# What stands beside a claim and claims nothing itself.
SMALL = frozenset(
    (
        "function", "self", "us", "you", "not", "forward", "if", "tentative", "neutral", "yes", "say", "receive",
        "give", "include", "link", "people", "choose", "harmless", "dollar", "number", "spelled", "agent", "tier",
        "colleague", "company_name", "tier_name", "demo", "stop", "but", "video", "portion",
    )
)  # fmt: skip
# What a refusal denies, and what it may say of price beside that.
GRANTED = frozenset(
    ("discount", "refund", "guarantee", "trial", "free", "grant", "give", "reference", "foreign")
)
BESIDE_A_REFUSAL = GRANTED | {"price", "say", "tier", "tier_name", "demo"} | TIMES
UNITS = TIMES | {"portion", "dollar", "foreign"}
SPECIFIC = TRADE | TIMES | {"demo", "tier_name", "colleague", "video"}

Signed = tuple[str, bool]


@dataclass(frozen=True)
class Clause:
    """Terms between two stops, and what they are about."""

    terms: tuple[Term, ...]
    has_concord: bool = False

    @cached_property
    def topics(self) -> frozenset[str]:
        """All topics of its terms."""
        return frozenset(topic for term in self.terms for topic in term.topics)

    @cached_property
    def trade(self) -> frozenset[str]:
        """Its topics of trade."""
        return self.topics & TRADE

    @cached_property
    def negations(self) -> tuple[int, ...]:
        """Where something is denied."""
        return tuple(at for at, term in enumerate(self.terms) if term.topics & {"not", "forward"})

    @property
    def is_denied(self) -> bool:
        """Whether it denies, as far as that can be told: two denials may be none, except in some languages."""
        return len(self.negations) == 1 or (self.has_concord and bool(self.negations))

    @cached_property
    def signed(self) -> frozenset[Signed]:
        """Each topic of trade, and whether it is denied. What is free has a price that is denied."""
        found: set[Signed] = set()
        refuses = bool(self.topics & {"grant", "say"}) and self.is_denied
        for at, term in enumerate(self.terms):
            for topic in term.topics & TRADE:
                denied = self._denies(at)
                if topic == "free":
                    found.add(("price", not denied))
                elif not (topic == "price" and refuses):
                    found.add((topic, denied))
        return frozenset(found)

    def _denies(self, at: int) -> bool:
        if not self.is_denied:
            return False
        place = self.negations[0]
        is_forward = "forward" in self.terms[place].topics and not self.has_concord
        return place < at if is_forward else True

    @cached_property
    def content(self) -> frozenset[str]:
        """The stems of the words that are neither of trade nor small."""
        return frozenset(
            term.stem
            for term in self.terms
            if not term.topics & (TRADE | TIMES | SMALL) and term.value is None
        )

    def first(self, topics: Iterable[str]) -> int | None:
        """Where the first term with one of the topics stands."""
        wanted = frozenset(topics)
        return next((at for at, term in enumerate(self.terms) if term.topics & wanted), None)


def clauses_of(terms: Sequence[Term], *, has_concord: bool, at_commas: bool) -> list[Clause]:
    """The clauses of a sentence: between semicolons, colons, dashes and "but"; at commas too where asked."""
    clauses: list[Clause] = []
    run: list[Term] = []
    for at, term in enumerate(terms):
        is_stop = "stop" in term.topics and (at_commas or term.text.strip() not in {",", "\u060c", "\u3001"})
        if is_stop or "but" in term.topics:
            clauses += _whole(run, has_concord)
            run = []
        elif "stop" not in term.topics or not at_commas:
            run.append(term)
    return clauses + _whole(run, has_concord)


def _whole(run: list[Term], has_concord: bool) -> list[Clause]:
    spoken = [term for term in run if "stop" not in term.topics]
    # "No, I can't": the answer denies nothing more than the clause behind it.
    if len(spoken) > 1 and "forward" in spoken[0].topics and spoken[1].topics & {"self", "us", "not", "yes"}:
        spoken = spoken[1:]
    return [Clause(tuple(spoken), has_concord)] if spoken else []
