"""The labels of quick replies: what a visitor may pick instead of typing it."""

from collections.abc import Mapping
from typing import Self

from pydantic import Field, model_validator

from contracts.values import Profile
from playbook.section import NonEmpty, Section, refuse_unknown_placeholders


class RangeLabels(Section):
    """The ranges between the limits of the tier rule: `{low}` and `{high}` are written numbers."""

    up_to: NonEmpty
    between: NonEmpty
    over: NonEmpty

    @model_validator(mode="after")
    def _placeholders_exist(self) -> Self:
        refuse_unknown_placeholders(self.up_to, frozenset({"high"}))
        refuse_unknown_placeholders(self.between, frozenset({"low", "high"}))
        refuse_unknown_placeholders(self.over, frozenset({"low"}))
        return self


class SuggestedQuestion(Section):
    """A question that a visitor may pick, and the ids of the facts that answer it, in their order."""

    label: NonEmpty
    facts: tuple[NonEmpty, ...] = Field(min_length=1)


class QuickReplyLabels(Section):
    """Every label. `change_of` says what a proposal may be changed in, slot by slot, in this order.

    `right` and `wrong` answer `lines.confirm`; `accept`, `change` and `no_thanks` answer a proposal.
    `other_tier` chooses `{tier}`. `questions` are named by what they are about.
    """

    right: NonEmpty
    wrong: NonEmpty
    accept: NonEmpty
    change: NonEmpty
    no_thanks: NonEmpty
    skip: NonEmpty
    person: NonEmpty
    link: NonEmpty
    other_tier: NonEmpty
    ranges: RangeLabels
    change_of: Mapping[NonEmpty, NonEmpty] = Field(min_length=1)
    questions: Mapping[NonEmpty, SuggestedQuestion]

    @model_validator(mode="after")
    def _names_what_exists(self) -> Self:
        refuse_unknown_placeholders(self.other_tier, frozenset({"tier"}))
        if unknown := self.change_of.keys() - Profile.model_fields.keys():
            raise ValueError(f"change_of names {', '.join(sorted(unknown))}, which no slot is called")
        return self
