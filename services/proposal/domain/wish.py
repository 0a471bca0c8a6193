"""Reads what a visitor wants changed in a proposal, and changes it.

The reading is modest: what asks to leave something out, to take something in, or to swap tools is done; any
other wish is listed word for word, so that it is never lost.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from playbook import claims
from services.proposal.domain.words import plain

MOST_WISHES = 8
_I = re.IGNORECASE
_PIECES = re.compile(
    r"\n+|(?<=[.!?;])\s+|,?\s+but\s+"
    r"|,?\s+and\s+(?=(?:please\s+|also\s+)?(?:leave (?:out|off)|take out|remove|drop|skip"
    r"|exclude|add|include|connect)\b)",
    _I,
)
_PRAISE = re.compile(
    r"(?:(?:yes|ok|okay|thanks?|thank you|(?:it |that |this )?(?:looks|sounds|is)"
    r"|i (?:like|love) (?:it|that|this)|almost|nearly|very|pretty|so far|good|great|nice|fine|perfect)\W*)+",
    _I,
)
_COURTESY = re.compile(
    r"^(?:(?:please|and|also|could|can|would|you|it|the agent|should|maybe|just|instead"
    r"|(?:i'd|i would|we'd|we would) like(?: it)? to|(?:i|we) want(?: it)? to|(?:i|we) need(?: it)? to)\s+)*",
    _I,
)
_SWAP = re.compile(r"(?P<added>.+?)\s+(?:instead of|rather than)\s+(?P<removed>.+)", _I)
_LEAVE_OUT = re.compile(
    r"\b(?:without|leave (?:out|off)|take out|remove|drop|skip|exclude|no need (?:for|to))\s+(?P<removed>.+)",
    _I,
)
_NOT_WANTED = re.compile(
    r"\b(?:don['\u2019]?t|do not|should not|shouldn['\u2019]?t|must not|not)\s+"
    r"(?:need|want|include|touch|do|handle|use|have)?\s*(?P<removed>.+)",
    _I,
)
_CONNECT = re.compile(
    r"^(?:connect(?: it)? (?:to|with)|integrate(?: it)? (?:with|to)|work with|use)\s+(?P<tool>.+)", _I
)
_TAKE_IN = re.compile(r"\balso\s+(?P<also>.+)|^(?P<added>(?:add|include)\s+.+)", _I)
_VERB = re.compile(r"^(?:use|add|connect|include|work with|take|go with)\s+", _I)
_FILLER = re.compile(
    r"^(?:the|a|an|any|our|my|it|to)\s+|\s+(?:please|part|step|too|as well|though|for now|at all)$", re.I
)
_WORD = re.compile(r"\w{3,}")
_COMMON = re.compile(
    r"and|any|are|but|can|could|for|from|have|its|like|make|our|please|should|that|the|them|they|this|want|will"
    r"|with|would|you|your"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a wish can change."""

    does: tuple[str, ...]
    out_of_scope: tuple[str, ...]
    integrations: tuple[str, ...]


def grant(wish: str, scope: Scope, template: str) -> Scope:
    """Change the scope as wished; a wish that is not understood is listed with `template` (`{wish}`)."""
    pieces = pieces_of(wish)
    wishes = [piece for piece in pieces if not _PRAISE.fullmatch(piece)] or pieces
    for piece in wishes[:MOST_WISHES]:
        granted = scope if _is_about_terms(piece) else _understood(piece, scope)
        scope = granted if granted != scope else with_line(scope, template.format(wish=piece))
    return scope


def significant_words(text: str) -> frozenset[str]:
    """The words that carry meaning, folded so that singular and plural are one."""
    words = (word.casefold() for word in _WORD.findall(text))
    return frozenset(
        word.rstrip("s") if len(word) > 3 else word for word in words if not _COMMON.fullmatch(word)
    )


def pieces_of(wish: str) -> list[str]:
    """The wishes of a message, one a sentence."""
    return [piece for piece in map(plain, _PIECES.split(wish)) if piece]


def _understood(piece: str, scope: Scope) -> Scope:
    wish = _COURTESY.sub("", piece)
    if swap := _SWAP.search(wish):
        return _swapped(scope, _VERB.sub("", _thing(swap["added"])), _thing(swap["removed"]))
    if left_out := _LEAVE_OUT.search(wish):
        return without(scope, _thing(left_out["removed"]))
    if not_wanted := _NOT_WANTED.search(wish):
        removed = _thing(not_wanted["removed"])
        # "Don't" opens many sentences that ask for nothing; only what stands in the proposal can be meant.
        return without(scope, removed) if _stands_in(removed, scope) else scope
    if connect := _CONNECT.search(wish):
        return replace(scope, integrations=_joined(scope.integrations, _thing(connect["tool"])))
    if take_in := _TAKE_IN.search(piece) or _TAKE_IN.search(wish):
        return with_line(scope, _thing(take_in["also"] or take_in["added"]))
    return scope


def _is_about_terms(piece: str) -> bool:
    """Whether money or a promise is wished for: it is listed as a wish, never as what the agent does."""
    text = claims.folded(piece)
    return bool(claims.amounts(text) or claims.percentages(text) or claims.promises(text))


def _thing(text: str) -> str:
    """What is meant, without the little words around it."""
    thing = plain(text)
    while (shorter := plain(_FILLER.sub("", thing))) != thing:
        thing = shorter
    return thing


def with_line(scope: Scope, line: str) -> Scope:
    """The scope with one more thing that is done."""
    return replace(scope, does=_joined(scope.does, line))


def _joined(items: tuple[str, ...], item: str) -> tuple[str, ...]:
    is_new = item and item.casefold() not in {known.casefold() for known in items}
    return (*items, item) if is_new else items


def without(scope: Scope, removed: str) -> Scope:
    """Leave out what is meant; what stood there is named as it stood."""
    if not significant_words(removed):
        return scope
    steps = _meant(removed, scope.does)
    tools = _meant(removed, scope.integrations)
    out_of_scope = scope.out_of_scope
    for item in (*steps, *tools) or (removed,):
        out_of_scope = _joined(out_of_scope, item)
    return Scope(
        does=tuple(line for line in scope.does if line not in steps),
        out_of_scope=out_of_scope,
        integrations=tuple(tool for tool in scope.integrations if tool not in tools),
    )


def _swapped(scope: Scope, added: str, removed: str) -> Scope:
    if tools := _meant(removed, scope.integrations):
        kept = tuple(tool for tool in scope.integrations if tool not in tools)
        return replace(scope, integrations=_joined(kept, added))
    if steps := _meant(removed, scope.does):
        return replace(scope, does=_joined(tuple(line for line in scope.does if line not in steps), added))
    return scope


def _stands_in(text: str, scope: Scope) -> bool:
    return bool(_meant(text, (*scope.does, *scope.integrations)))


def _meant(text: str, items: Iterable[str]) -> tuple[str, ...]:
    """The items that hold every word of the text that carries meaning."""
    words = significant_words(text)
    return tuple(item for item in items if words and words <= significant_words(item))
