"""What of a wish for a change may stand in a draft: never a complaint, a question, or a price."""

import re
from dataclasses import dataclass

from contracts.events import ProposalRequested
from playbook import Playbook, claims
from services.proposal.domain.words import any_of, plain, told_in

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|(?<=[\u3002\uff01\uff1f])|\n+")
# The visitor's own money and discounts are a part of their business, and known before.
_TERMS = frozenset({"amount", "percentage", "promise"})
_QUESTION_MARKS = frozenset("?\u00bf\uff1f\u061f")


@dataclass(frozen=True, slots=True)
class Wish:
    """`wanted` is what is asked for, as it was written; `remarks` are the complaints and questions beside it.

    `has_terms` says that a price or a promise was asked for, which no draft may hold.
    """

    wanted: str
    remarks: tuple[str, ...]
    has_terms: bool


def read_wish(request: ProposalRequested, playbook: Playbook) -> Wish:
    """Sort the sentences of the change that is wished for."""
    sentences = [part.strip() for part in _SENTENCE.split(request.change_wish or "") if part.strip()]
    complains = any_of(playbook.proposal.no_wish).search
    remarks = tuple(part for part in sentences if is_question(part) or complains(claims.folded(part)))
    wishes = [part for part in sentences if part not in remarks]
    told = told_in(request.profile)
    wanted = [part for part in wishes if not claims.invented(part, told) & _TERMS]
    return Wish(plain(" ".join(wanted)), remarks, has_terms=len(wanted) < len(wishes))


def quoted_wishes(request: ProposalRequested, playbook: Playbook) -> tuple[str, ...]:
    """The wish as a line of a draft, behind those that the last draft quotes."""
    script = playbook.proposal
    before, _, behind = script.wish.partition("{wish}")
    last = request.last_proposal.to_look_at if request.last_proposal else ()
    quoted = [line for line in last if line.startswith(before) and line.endswith(behind)]
    if wanted := read_wish(request, playbook).wanted:
        quoted.append(script.wish.format(wish=wanted))
    return tuple(dict.fromkeys(quoted))


def is_question(sentence: str) -> bool:
    """Whether something is asked."""
    return not _QUESTION_MARKS.isdisjoint(sentence)
