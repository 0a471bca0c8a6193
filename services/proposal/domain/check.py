"""Checks the draft of a language model: it may word what is known, it may not add to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from playbook import Playbook, claims, once_for_each, questions_in
from playbook.kept_parts import takes_over
from playbook.phrasing import mostly_covers, texts_of
from playbook.public_words import PublicWords
from services.proposal.domain.brief import Brief
from services.proposal.domain.edit import DraftEdit, last_draft

_LONGEST_NAME, _LONGEST_SUMMARY, _LONGEST_LINE = 80, 600, 240
_SHORTEST_REMARK = 8
_MARKUP = re.compile(r"[<>\[\]{}`*#\\]|[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule, and the text of the draft that breaks it."""

    rule: str
    text: str


def violations_in(edit: DraftEdit, brief: Brief) -> tuple[Violation, ...]:
    """Every reason why the draft may not be shown; none when it may."""
    draft = _Draft(edit, brief)
    said = (*draft.check_form(), *draft.check_words(), *draft.check_claims())
    return (*said, *draft.check_scope(), *draft.check_wish())


def without_refused(edit: DraftEdit, violations: tuple[Violation, ...], brief: Brief) -> DraftEdit | None:
    """The draft without its refused texts, with the last draft's in place of those it needs.

    Of a step that the visitor would miss it says that it is left out. None when even that may not be shown.
    """
    refused, last = {violation.text for violation in violations}, last_draft(brief)
    dropped = refused.intersection((*edit.does, *edit.to_look_at)).difference(last.does, last.to_look_at)
    is_redraft, steps = brief.request.last_proposal is not None, texts_of(brief.profile.steps)
    is_missed = any(is_redraft or any(mostly_covers(line, step) for step in steps) for line in dropped)
    is_unsaid = edit.not_granted in refused and not brief.wish.has_terms
    mended = edit.model_copy(
        update={
            "agent_name": last.agent_name if edit.agent_name in refused else edit.agent_name,
            "summary": last.summary if edit.summary in refused else edit.summary,
            "does": tuple(line for line in edit.does if line not in refused),
            "to_look_at": tuple(line for line in edit.to_look_at if line not in refused),
            "not_granted": None if edit.not_granted in refused else edit.not_granted,
        }
    )
    left = {violation.rule for violation in violations_in(mended, brief)}
    left_out = brief.script.left_out_says if is_missed or is_unsaid else None
    says = " ".join(filter(None, (mended.not_granted, left_out)))
    told = mended.model_copy(update={"not_granted": says or None})
    return None if left - {"change_wish"} or not mended.does else told


@dataclass(frozen=True)
class _Draft:
    """A draft to be checked, one kind of rule after the other."""

    edit: DraftEdit
    brief: Brief

    @property
    def _texts(self) -> tuple[str, ...]:
        return (self.edit.agent_name, self.edit.summary, *self.edit.does, *self.edit.to_look_at)

    @property
    def _all_texts(self) -> tuple[str, ...]:
        """The draft, and what is said of a wish that is not in it."""
        return self._texts if self.edit.not_granted is None else (*self._texts, self.edit.not_granted)

    @cached_property
    def _told(self) -> str:
        """What is known of the visitor, and the draft that is edited."""
        return f"{self.brief.told}\n{last_draft(self.brief).model_dump_json()}"

    @cached_property
    def _said(self) -> str:
        """All of that, and whatever else the visitor wrote."""
        request = self.brief.request
        lines = (line.text for line in request.transcript if line.role == "visitor")
        return "\n".join((self._told, *lines, request.change_wish or ""))

    def check_form(self) -> Iterator[Violation]:
        longest = {self.edit.agent_name: _LONGEST_NAME, self.edit.summary: _LONGEST_SUMMARY}
        for text in self._all_texts:
            if not 0 < len(text.strip()) <= longest.get(text, _LONGEST_LINE):
                yield Violation("length", text)
            if _MARKUP.search(text):
                yield Violation("markup", text)

    def check_words(self) -> Iterator[Violation]:
        """No instructions of ours, no question, no complaint, nothing that speaks for the company."""
        playbook, remarks = self.brief.playbook, [claims.letters(each) for each in self.brief.wish.remarks]
        rows, public = _rows_of(playbook), PublicWords(playbook, language=self.brief.language)
        for text in self._all_texts:
            if claims.recites(claims.disguises(claims.letters(text)), rows):
                yield Violation("leak", text)
        for text in self._texts:
            letters = claims.letters(text)
            repeats = any(remark in letters for remark in remarks if len(remark) >= _SHORTEST_REMARK)
            if repeats or questions_in(text):
                yield Violation("remark", text)
            if letters and not public.sentences(text, has_gaps=False):
                yield Violation("public_words", text)

    def check_claims(self) -> Iterator[Violation]:
        """No number, price, date, link or promise that nobody said; the reason of a refusal may be a fact."""
        for text in self._texts:
            yield from (Violation(rule, text) for rule in sorted(self._invented(text)))
        if answer := self.edit.not_granted:
            source = "\n".join((self._said, *(fact.says for fact in self.brief.playbook.facts.facts)))
            yield from (Violation(rule, answer) for rule in sorted(claims.invented(answer, source)))

    def _invented(self, text: str) -> frozenset[str]:
        is_step = text in {*self.edit.does, *self.edit.to_look_at}
        read = claims.patterned(claims.folded(text), self.brief.language)
        return claims.unsaid(read, self._told, self._said, is_step=is_step)

    def check_scope(self) -> Iterator[Violation]:
        """What stays with people is not done, unless it is what is wished for."""
        kept, playbook = texts_of(self.brief.profile.out_of_scope), self.brief.playbook
        left_out = [item for item in kept if not takes_over(self.brief.wish.wanted, (item,), playbook)]
        lines = (line for line in self.edit.does if takes_over(line, left_out, playbook))
        yield from (Violation("out_of_scope", line) for line in lines)

    def check_wish(self) -> Iterator[Violation]:
        """What was asked for is in the draft, or the visitor is told why not."""
        wish, last = self.brief.wish, last_draft(self.brief)
        is_same = self.edit in {last, last.model_copy(update={"integrations": ()})}
        # Of a price the line in front of the draft may have said it.
        is_owed = (wish.has_terms and not self.brief.has_lead_in) or (wish.wanted and is_same)
        if is_owed and not self.edit.not_granted:
            yield Violation("change_wish", self.brief.request.change_wish or "")


@once_for_each
def _rows_of(playbook: Playbook) -> claims.Rows:
    return claims.rows_of((playbook.prompt.proposal,))
