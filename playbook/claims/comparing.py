"""Compares what two texts claim."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from playbook.claims.dates import dates, says_when
from playbook.claims.links import links, phones
from playbook.claims.money import amounts
from playbook.claims.normal import closed_up, folded
from playbook.claims.our_name import tells_of_a_start
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


def unsaid(text: str, told: str, said: str, *, is_step: bool) -> frozenset[str]:
    """The kinds of claims a text of ours makes that neither source does.

    A number may stand anywhere in what was `said`, and in a step of the work so may a time or a span. What
    promises something must have been `told` of the business.
    """
    made = invented(text, told)
    if not made:
        return made
    is_timed = is_step and not tells_of_a_start(folded(text))
    if made - ({"number", "date"} if is_timed else {"number"}):
        return made
    left = made & invented(text, said)
    return left - {"date"} if is_timed and says_when(folded(text), folded(said)) else left


# Every text of a draft is held against the same source.
@lru_cache(maxsize=64)
def _claims_of(source: str, kind: str) -> frozenset[str]:
    return _KINDS[kind](folded(source))
