"""Judges the words a model puts a proposal in: it may phrase what is known, it may not add to it."""

import re
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

from contracts.events import ProposalRequested
from contracts.text import CleanText
from contracts.values import Profile, Proposal
from playbook import Prompt, claims, once_for_each
from services.proposal.domain.wish import significant_words
from services.proposal.domain.words import number

LONGEST_NAME = 80
LONGEST_SUMMARY = 600
LONGEST_LINE = 200
_MARKUP = re.compile(r"[<>\[\]{}`*#\\]|[\x00-\x1f\x7f]")

_TERMS = frozenset({"amount", "percentage", "promise"})


class Wording(BaseModel):
    """The part of a proposal that a model may word."""

    model_config = ConfigDict(frozen=True)

    agent_name: CleanText = Field(
        description="A short name that says what the agent does, at most six words."
    )
    summary: CleanText = Field(
        description="Two or three plain sentences: what it takes over, what gets better."
    )
    does: tuple[CleanText, ...] = Field(
        min_length=2, max_length=10, description="What the agent does, step by step, one short line each."
    )


def with_wording(draft: Proposal, wording: Wording) -> Proposal:
    """The draft in the model's words; everything that is a fact stays as it was."""
    return draft.model_copy(
        update={
            "agent_name": claims.cleaned(wording.agent_name).strip(),
            "summary": claims.cleaned(wording.summary).strip(),
            "does": tuple(claims.cleaned(line).strip() for line in wording.does),
        }
    )


def faults_in(
    wording: Wording, request: ProposalRequested, draft: Proposal, prompt: Prompt
) -> frozenset[str]:
    """Why the words may not be shown, as the names of the rules they break; empty when they may.

    What a text can claim, a number, a date, a link or a promise, is allowed only where the visitor said it.
    `prompt` is what their writer was told.
    """
    texts = (wording.agent_name, wording.summary, *wording.does)
    written, told = "\n".join(texts), "\n".join(_told(request.profile))
    invented = claims.invented(written, f"{told}\n{request.change_wish or ''}")
    # A wish may be for another price; the visitor's own money is what they told of their business.
    invented |= claims.invented(written, told) & _TERMS
    broken = {
        "leak": claims.recites(claims.disguises(claims.letters(written)), _rules_of(prompt)),
        "length": _is_too_long_or_empty(wording),
        "markup": any(map(_MARKUP.search, texts)),
        "out_of_scope": _does_what_is_left_out(wording, draft),
        "change_wish": not _shows_the_wish(texts, request, draft),
    }
    return frozenset(invented | {rule for rule, is_broken in broken.items() if is_broken})


@once_for_each
def _rules_of(prompt: Prompt) -> claims.Rows:
    return claims.rows_of((prompt.proposal,))


def _told(profile: Profile) -> Iterable[str]:
    for name in profile.known():
        slot = getattr(profile, name)
        yield slot.words
        yield from _texts(slot.value)


def _texts(value: object) -> Iterable[str]:
    match value:
        case tuple():
            return map(str, value)
        case int() | float():
            return (number(value),)
    return (str(value),)


def _is_too_long_or_empty(wording: Wording) -> bool:
    texts = ((wording.agent_name, LONGEST_NAME), (wording.summary, LONGEST_SUMMARY))
    lines = ((line, LONGEST_LINE) for line in wording.does)
    return not all(0 < len(text.strip()) <= longest for text, longest in (*texts, *lines))


def _does_what_is_left_out(wording: Wording, draft: Proposal) -> bool:
    lines = [claims.folded(line) for line in wording.does]
    return any(claims.folded(item) in line for item in draft.out_of_scope for line in lines)


def _shows_the_wish(texts: Iterable[str], request: ProposalRequested, draft: Proposal) -> bool:
    wished = significant_words(request.change_wish or "")
    shown = significant_words(" ".join((*texts, *draft.out_of_scope, *draft.integrations)))
    return not wished or bool(wished & shown)
