"""Compares what two texts claim."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from playbook.claims.dates import dates
from playbook.claims.links import links, phones
from playbook.claims.money import amounts
from playbook.claims.normal import closed_up, folded
from playbook.claims.own_words import counting_as
from playbook.claims.promises import complies, percentages, promises
from playbook.claims.quantities import numbers

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
    written = counting_as(folded(source), closed_up(folded(text)))
    return frozenset(
        kind
        for kind, claims_in in _KINDS.items()
        if (claimed := claims_in(written)) and not claimed <= _claims_of(source, kind)
    )


# Every text of a draft is held against the same source.
@lru_cache(maxsize=64)
def _claims_of(source: str, kind: str) -> frozenset[str]:
    return _KINDS[kind](folded(source))
