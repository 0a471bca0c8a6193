"""The words of the page that shows a proposal to whoever has its link."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from contracts.values import Profile
from playbook.section import NonEmpty, Section, refuse_unknown_placeholders

Months = Annotated[tuple[NonEmpty, ...], Field(min_length=12, max_length=12)]


class NoticeLines(Section):
    """What is said where the proposal cannot be shown; `says` may use `{company}`."""

    heading: NonEmpty
    says: NonEmpty

    @model_validator(mode="after")
    def _placeholders_exist(self) -> Self:
        refuse_unknown_placeholders(self.says, frozenset({"company"}))
        return self


class ProposalPageLines(Section):
    """The headings and sentences of the page. `told_by` names the slots that are quoted, in their order."""

    language: NonEmpty
    kind: NonEmpty
    prepared_for: NonEmpty
    revision: NonEmpty
    date: NonEmpty
    months: Months
    older: NonEmpty
    newest: NonEmpty
    revisions: NonEmpty

    told: NonEmpty
    told_by: Mapping[NonEmpty, NonEmpty]
    does: NonEmpty
    out_of_scope: NonEmpty
    to_look_at: NonEmpty
    saved: NonEmpty
    hours_a_week: NonEmpty
    sum_today: NonEmpty
    sum_target: NonEmpty
    sum_saved: NonEmpty
    hours_now: NonEmpty
    done_today: NonEmpty
    integrations: NonEmpty
    success_measure: NonEmpty
    delivery: NonEmpty

    recommended: NonEmpty
    chosen: NonEmpty
    a_month: NonEmpty
    includes: NonEmpty
    why: NonEmpty
    would_change: NonEmpty

    book: NonEmpty
    print: NonEmpty
    footer: NonEmpty
    footer_without_model: NonEmpty
    to_website: NonEmpty
    missing: NoticeLines
    away: NoticeLines
    busy: NoticeLines

    # What the braces of a line may hold; every other line has none.
    _FILLED: ClassVar[Mapping[str, frozenset[str]]] = {
        "prepared_for": frozenset({"business"}),
        "revision": frozenset({"revision", "date"}),
        "date": frozenset({"day", "month", "year"}),
        "older": frozenset({"revision"}),
        "hours_a_week": frozenset({"hours"}),
        "footer": frozenset({"company"}),
        "footer_without_model": frozenset({"company"}),
    }

    @model_validator(mode="after")
    def _says_what_it_may(self) -> Self:
        if unknown := self.told_by.keys() - Profile.model_fields.keys():
            raise ValueError(f"told_by names {', '.join(sorted(unknown))}, which no slot is called")
        others = {"told_by", "months", "missing", "away", "busy"}
        for name, line in self.model_dump(exclude=others).items():
            refuse_unknown_placeholders(line, self._FILLED.get(name, frozenset()))
        return self
