"""Reads a wish in another language than English, by the phrases of its playbook."""

import re

from playbook import Listening, as_regex, folded, once_for_each
from services.proposal.domain.wish import MOST_WISHES, Scope, pieces_of, with_line, without
from services.proposal.domain.words import plain

_WHAT = r"(?P<what>[^.,;!?\n]{2,80})"


def grant_in_words(wish: str, scope: Scope, template: str, listening: Listening) -> Scope:
    """Leave out what is named, if it stands in the proposal; list every other wish with `template`."""
    for piece in pieces_of(wish)[:MOST_WISHES]:
        removed = _left_out(piece, listening)
        granted = without(scope, removed) if removed else scope
        # What the proposal does not hold cannot be left out of it, so the wish is kept as it was said.
        is_done = len(granted.does) < len(scope.does) or granted.integrations != scope.integrations
        scope = granted if is_done else with_line(scope, template.format(wish=piece))
    return scope


def _left_out(piece: str, listening: Listening) -> str:
    plain_piece, patterns = folded(piece), _patterns(listening)
    match = next((match for pattern in patterns.leave_out if (match := pattern.search(plain_piece))), None)
    if match is None:
        return ""
    what = piece[slice(*match.span("what"))]
    little = patterns.little.match(folded(what))
    what = what[little.end() :] if little else what
    courtesy = patterns.courtesy.search(folded(what))
    return plain(what[: courtesy.start()] if courtesy else what)


class _Patterns:
    def __init__(self, listening: Listening) -> None:
        fills = {"what": _WHAT}
        self.leave_out = [
            re.compile(as_regex(phrase, fills), re.IGNORECASE) for phrase in listening.leave_out
        ]
        answers = listening.answers
        trails = "|".join(as_regex(phrase, {}) for phrase in answers.trails)
        little = "|".join(as_regex(phrase, {}) for phrase in (*answers.leads, *answers.articles))
        self.little = re.compile(rf"(?:(?:{little}|{trails})\s+)+", re.IGNORECASE)
        self.courtesy = re.compile(rf"(?:\s+(?:{trails}))+\W*$", re.IGNORECASE)


@once_for_each
def _patterns(listening: Listening) -> _Patterns:
    return _Patterns(listening)
