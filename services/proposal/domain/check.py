"""Checks the draft of a language model: it may word what is known, it may not add to it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from playbook import Playbook, claims, once_for_each
from playbook.public_words import PublicWords
from services.proposal.domain.brief import Brief, is_question
from services.proposal.domain.edit import DraftEdit, last_draft
from services.proposal.domain.words import covers

_LONGEST_NAME = 80
_LONGEST_SUMMARY = 600
_LONGEST_LINE = 240
_SHORTEST_REMARK = 8
_MARKUP = re.compile(r"[<>\[\]{}`*#\\]|[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule, and the text of the draft that breaks it."""

    rule: str
    text: str


Violations = Iterator[Violation]


def violations_in(edit: DraftEdit, brief: Brief) -> tuple[Violation, ...]:
    """Every reason why the draft may not be shown; none when it may."""
    draft = _Draft(edit, brief)
    return tuple(violation for check in _CHECKS for violation in check(draft))


@dataclass(frozen=True)
class _Draft:
    edit: DraftEdit
    brief: Brief

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.edit.agent_name, self.edit.summary, *self.edit.does, *self.edit.to_look_at)

    @property
    def all_texts(self) -> tuple[str, ...]:
        """The draft, and what is said of a wish that is not in it."""
        return self.texts if self.edit.not_granted is None else (*self.texts, self.edit.not_granted)

    @property
    def language(self) -> str:
        """The primary tag of the visitor's language."""
        told = self.brief.profile.language
        return (told.value if told else self.brief.playbook.language.code).casefold().partition("-")[0]

    @cached_property
    def last(self) -> DraftEdit:
        return last_draft(self.brief)

    @cached_property
    def told(self) -> str:
        """What is known of the visitor, and the draft that is edited."""
        return f"{self.brief.told}\n{self.last.model_dump_json()}"

    @cached_property
    def said(self) -> str:
        """All of that, and whatever else the visitor wrote."""
        request = self.brief.request
        lines = (line.text for line in request.transcript if line.role == "visitor")
        return "\n".join((self.told, *lines, request.change_wish or ""))


def _check_form(draft: _Draft) -> Violations:
    longest = {draft.edit.agent_name: _LONGEST_NAME, draft.edit.summary: _LONGEST_SUMMARY}
    for text in draft.all_texts:
        if not 0 < len(text.strip()) <= longest.get(text, _LONGEST_LINE):
            yield Violation("length", text)
        if _MARKUP.search(text):
            yield Violation("markup", text)


def _check_words(draft: _Draft) -> Violations:
    """No instructions of ours, no question, no complaint, nothing that speaks for the company."""
    rows, public = _rows_of(draft.brief.playbook), PublicWords(draft.brief.playbook, language=draft.language)
    remarks = [claims.letters(remark) for remark in draft.brief.wish.remarks]
    for text in draft.all_texts:
        if claims.recites(claims.disguises(claims.letters(text)), rows):
            yield Violation("leak", text)
    for text in draft.texts:
        letters = claims.letters(text)
        repeats = any(remark in letters for remark in remarks if len(remark) >= _SHORTEST_REMARK)
        if repeats or is_question(text):
            yield Violation("remark", text)
        if letters and not public.sentences(text):
            yield Violation("public_words", text)


def _check_claims(draft: _Draft) -> Violations:
    """No number, price, date, link or promise that nobody said.

    A number may be anywhere in the visitor's words; anything else must have been part of the business before.
    The reason of a refusal may be a fact.
    """
    if _invented("\n".join(draft.texts), draft):
        for text in draft.texts:
            yield from (Violation(rule, text) for rule in sorted(_invented(text, draft)))
    if answer := draft.edit.not_granted:
        facts = (fact.says for fact in draft.brief.playbook.facts.facts)
        source = "\n".join((draft.said, *facts))
        yield from (Violation(rule, answer) for rule in sorted(claims.invented(answer, source)))


def _invented(text: str, draft: _Draft) -> frozenset[str]:
    text = claims.patterned(claims.folded(text), draft.language)
    invented = claims.invented(text, draft.told)
    return invented if invented - {"number"} else invented & claims.invented(text, draft.said)


def _check_scope(draft: _Draft) -> Violations:
    """What stays with people is not done, unless it is what is wished for."""
    known = draft.brief.profile.out_of_scope
    left_out = [item for item in (known.value if known else ()) if not covers(draft.brief.wish.wanted, item)]
    for line in draft.edit.does:
        if any(covers(line, item) for item in left_out):
            yield Violation("out_of_scope", line)


def _check_wish(draft: _Draft) -> Violations:
    """What was asked for is in the draft, or the visitor is told why not."""
    is_same = draft.edit == draft.last
    if not draft.edit.not_granted and (draft.brief.wish.has_terms or (draft.brief.wish.wanted and is_same)):
        yield Violation("change_wish", draft.brief.request.change_wish or "")


_CHECKS: Final[tuple[Callable[[_Draft], Violations], ...]] = (
    _check_form, _check_words, _check_claims, _check_scope, _check_wish,
)  # fmt: skip


@once_for_each
def _rows_of(playbook: Playbook) -> claims.Rows:
    return claims.rows_of((playbook.prompt.proposal,))
