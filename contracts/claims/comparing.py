"""Compares what two texts claim."""

from collections.abc import Callable, Mapping

from contracts.claims.dates import dates
from contracts.claims.links import links, phones
from contracts.claims.money import amounts
from contracts.claims.normal import closed_up, folded
from contracts.claims.promises import complies, percentages, promises
from contracts.claims.quantities import numbers

_KINDS: Mapping[str, Callable[[str], frozenset[str]]] = {
    "number": numbers,
    "amount": amounts,
    "percentage": percentages,
    "date": dates,
    "link": links,
    "contact": phones,
    "promise": promises,
    "law": complies,
}


def invented(text: str, source: str) -> frozenset[str]:
    """The kinds of claims a text makes that its source does not."""
    written, said = closed_up(folded(text)), folded(source)
    return frozenset(kind for kind, claims_in in _KINDS.items() if not claims_in(written) <= claims_in(said))
