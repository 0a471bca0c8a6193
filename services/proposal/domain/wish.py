"""What of a wish for a change may stand in a draft: never a complaint, a question, or a price."""

import re
from dataclasses import dataclass

from contracts.events import ProposalRequested
from playbook import Playbook, claims
from services.proposal.domain.words import any_of, plain, told_in

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|(?<=[\u3002\uff01\uff1f])|\n+")
# The visitor's own money and discounts are a part of their business, and known before.
_TERMS = frozenset({"amount", "percentage", "promise"})
_CLAUSE = re.compile(r"[,;:]\s*")
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
    """Sort the sentences of the change that is wished for; what is said of the chosen tier is no change."""
    sentences = [part.strip() for part in _SENTENCE.split(request.change_wish or "") if part.strip()]
    complains = any_of(playbook.proposal.no_wish).search
    remarks = tuple(part for part in sentences if is_question(part) or complains(claims.folded(part)))
    wishes = [part for part in sentences if part not in remarks]
    wishes = list(filter(None, (_but_the_tier(part, request, playbook) for part in wishes)))
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


def _but_the_tier(sentence: str, request: ProposalRequested, playbook: Playbook) -> str:
    """The clauses that do not name the tier the visitor chose; it stands beside the draft, not in it."""
    names = tuple(tier.name for tier in playbook.catalogue if tier.key == request.chosen_tier)
    if not names or not any_of(names).search(claims.folded(sentence)):
        return sentence
    clauses = re.split(rf"{_CLAUSE.pattern}|\s{re.escape(playbook.language.joined_by)}\s", sentence)
    return ", ".join(part for part in clauses if not any_of(names).search(claims.folded(part)))


def is_question(sentence: str) -> bool:
    """Whether something is asked."""
    return not _QUESTION_MARKS.isdisjoint(sentence)
