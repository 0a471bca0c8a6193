"""Whether one fact carries a clause, and whether a clause refuses something."""

from itertools import pairwise

from services.dialogue.domain.guard.allowed import AllowedClaims
from services.dialogue.domain.guard.company import Unit
from services.dialogue.domain.guard.figures import TIMES, Figure, amounts_among, are_owned
from services.dialogue.domain.guard.topics import (
    BESIDE_A_REFUSAL,
    CLAIMED,
    GRANTED,
    HARD,
    OURS,
    SPECIFIC,
    TRADE,
    Clause,
)

_FEWEST_MATCHES = 2
_NEAR = 4


def carried_by(clause: Clause, allowed: AllowedClaims, context: Clause | None) -> bool:
    """Whether one fact, or one tier, says what the clause says."""
    if len(_tiers(clause)) > 1:
        return _tiers_carry(clause, allowed)
    if said_by_a_fact(clause, allowed, context):
        return True
    return clause.trade <= {"price"} and ("price", True) not in clause.signed and _is_plain(clause, allowed)


def said_by_a_fact(clause: Clause, allowed: AllowedClaims, context: Clause | None) -> bool:
    """Whether one fact, or the tier that is spoken of, says it in its words and figures."""
    tiers = _tiers(clause) or (_tiers(context) if context is not None else frozenset())
    units = (unit for unit in allowed.units if _is_of_its_tier(unit, clause, tiers))
    return any(_carries(unit, clause, allowed, context) for unit in units)


def _tiers(clause: Clause) -> frozenset[str]:
    return frozenset(term.text for term in clause.terms if "tier_name" in term.topics)


def _tiers_carry(clause: Clause, allowed: AllowedClaims) -> bool:
    """Each tier's part of a clause that names several, whether the price stands before or behind the name."""
    places = [at for at, term in enumerate(clause.terms) if "tier_name" in term.topics]
    figures = clause.figures
    money = [figure for figure in figures if figure.unit == "money"]
    if ("price" in clause.topics or money) and len(money) != len(places):
        return False
    first = next((at for at, term in enumerate(clause.terms) if term.value is not None), len(clause.terms))
    names_first = places[0] < first
    cuts = (
        [0, *places[1:], len(clause.terms)]
        if names_first
        else [0, *(at + 1 for at in places[:-1]), len(clause.terms)]
    )
    parts = [Clause(clause.terms[start:end], clause.has_concord) for start, end in pairwise(cuts)]
    return all(carried_by(part, allowed, None) for part in parts if part.terms)


def _carries(unit: Unit, clause: Clause, allowed: AllowedClaims, context: Clause | None) -> bool:
    return (
        clause.signed <= unit.signed
        and _has_its_subject(unit, clause)
        and _has_its_times(unit, clause, allowed)
        and _has_its_condition(unit, clause)
        and are_owned(clause.figures, unit.figures | _pairs(clause, allowed), is_loose=False)
        and _has_its_words(unit, clause, allowed)
        and _matches(unit, clause, context) >= _FEWEST_MATCHES
    )


def _has_its_subject(unit: Unit, clause: Clause) -> bool:
    """Whether what the clause speaks of is what the fact speaks of."""
    is_claim = bool(clause.trade or clause.figures or clause.topics & TIMES)
    wanted = {
        "agent": bool(clause.topics & HARD),
        "demo": is_claim,
        "include": bool(clause.trade),
        "give": bool(clause.topics & TIMES),
    }
    missing = clause.topics - unit.topics
    return not any(is_wanted and topic in missing for topic, is_wanted in wanted.items())


def _has_its_words(unit: Unit, clause: Clause, allowed: AllowedClaims) -> bool:
    known = {word for word in clause.signed_words if word[0] in unit.stems}
    if not clause.trade and not known <= unit.signed_words:
        return False
    is_claim = clause.trade or clause.figures
    theirs = _of_theirs(clause, allowed) if is_claim else allowed.visitor.stems
    return not clause.content - unit.stems - theirs


def _is_of_its_tier(unit: Unit, clause: Clause, tiers: frozenset[str]) -> bool:
    if not tiers:
        return True
    if unit.tier is not None:
        return unit.tier in tiers
    return tiers <= unit.names if unit.names else "tier_name" not in clause.topics


def _has_its_times(unit: Unit, clause: Clause, allowed: AllowedClaims) -> bool:
    """Whether its times are those of the fact; what the fact says with a figure is not said without one."""
    times = clause.topics & TIMES
    if not times:
        return True
    told = {figure.unit for figure in clause.figures}
    counted = {figure.unit for figure in unit.figures}
    if "demo" in clause.topics and not times <= counted:
        return False
    return times <= unit.topics | _own_times(clause, allowed) and times & counted <= told


def _has_its_condition(unit: Unit, clause: Clause) -> bool:
    if (
        unit.is_tentative
        and clause.topics & (CLAIMED | {"phone", "paper"})
        and "tentative" not in clause.topics
    ):
        return False
    if unit.condition is None:
        return True
    said = clause.content | clause.topics & (TRADE | TIMES)
    return "if" in clause.topics and bool(said & unit.condition)


def _own_times(clause: Clause, allowed: AllowedClaims) -> frozenset[str]:
    return frozenset(figure.unit for figure in clause.figures if are_owned([figure], allowed.visitor.figures))


def _pairs(clause: Clause, allowed: AllowedClaims) -> frozenset[Figure]:
    """The visitor's own figures that count people or hours beside a claim of ours: "with 22 people"."""
    if not clause.figures or "demo" in clause.topics:
        return frozenset()
    own = set()
    for at, term in enumerate(clause.terms):
        beside = clause.terms[max(at - 3, 0) : at + 3]
        counts = any(other.topics & {"people", "hour"} for other in beside)
        if term.value is not None and counts:
            own |= {figure for figure in allowed.visitor.figures if figure.value == term.value}
    return frozenset(own)


def _of_theirs(clause: Clause, allowed: AllowedClaims) -> frozenset[str]:
    """Words of the visitor behind "your", where nothing is said of what an agent connects or covers."""
    if clause.topics & {"integration", "include", "certified", "reference", "language"}:
        return frozenset()
    stems = set()
    for at, term in enumerate(clause.terms):
        if "you" in term.topics:
            stems |= {later.stem for later in clause.terms[at + 1 : at + 1 + _NEAR]}
    return frozenset(stems) & allowed.visitor.stems


def _matches(unit: Unit, clause: Clause, context: Clause | None) -> int:
    about = clause.topics
    # "It" stands for what was named before; a clause with a subject of its own is about that one.
    if context is not None and not clause.topics & (OURS | {"self"}):
        about |= context.topics & {"demo", "tier_name"}
    topics = (about & SPECIFIC) & (unit.topics | ({"tier_name"} if unit.tier else frozenset()))
    topics |= {topic for topic, denied in clause.signed & unit.signed if denied}
    figures = [figure for figure in clause.figures if are_owned([figure], unit.figures, is_loose=False)]
    everyday = {stem for stem, _ in clause.signed_words} - clause.content
    return len(topics) + len(clause.content & unit.stems) + len(figures) + len(everyday & unit.stems) // 2


def _is_plain(clause: Clause, allowed: AllowedClaims) -> bool:
    """Whether a clause that names us says nothing beyond everyday words and the visitor's own."""
    if "price" in clause.topics and (
        clause.figures or not clause.topics & {"self", "us"} or "demo" in clause.topics
    ):
        return False
    if clause.negations or ("give" in clause.topics and clause.topics & {"month", "year"}):
        return False
    figures = [figure for figure in clause.figures if not figure.is_small]
    if amounts_among(figures, allowed.visitor.figures):
        return False
    is_claim = bool(clause.trade) or "tier_name" in clause.topics or "demo" in clause.topics
    is_owned = are_owned(figures, allowed.visitor.figures) and not (
        is_claim and (figures or clause.topics & TIMES)
    )
    return is_owned and not clause.content - allowed.visitor.stems


def refuses(clause: Clause, allowed: AllowedClaims) -> bool:
    """Whether a clause denies what a visitor might want, and grants nothing."""
    if not clause.is_denied or not are_owned(
        clause.figures, allowed.visitor.figures | _ours(clause, allowed)
    ):
        return False
    if ("price", True) in clause.signed or ("contract", True) in clause.signed:
        return False
    denial = clause.negations[0]
    if clause.topics & {"self", "us", "colleague"}:
        known = clause.first({"say"})
        if (
            known is not None
            and abs(known - denial) <= _NEAR
            and not clause.topics & {"free", "discount"} - GRANTED
        ):
            return True
    wished = clause.first(GRANTED)
    if wished is None or not clause.trade <= BESIDE_A_REFUSAL | {"absolute", "save", "limited"}:
        return False
    granting = clause.first({"receive", "give"})
    if wished < denial and granting is not None and granting < wished:
        return False
    is_closed = not clause.content - allowed.visitor.stems - _fact_stems(allowed)
    is_ours = bool(clause.topics & {"self", "us", "colleague", "transcript"})
    return is_closed and (is_ours or bool(clause.topics & (GRANTED - {"give", "grant"})))


def _fact_stems(allowed: AllowedClaims) -> frozenset[str]:
    return frozenset().union(
        *(unit.stems for unit in allowed.units if unit.name in {"discount", "references"})
    )


def _ours(clause: Clause, allowed: AllowedClaims) -> frozenset[Figure]:
    tiers = _tiers(clause)
    return frozenset().union(*(unit.figures for unit in allowed.units if unit.tier in tiers and unit.tier))
