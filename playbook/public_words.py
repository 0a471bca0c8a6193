"""The words of a proposal as they may stand on a page that anybody may open.

A visitor's words stand there under the company's name. What would speak for the company is left out. A person
is named by what they do; what else identifies somebody is blanked, and a proposal does without a line that
this leaves with a gap. The proposal is drafted from such words, and a page checks them again, since what it
shows may have been drafted long ago.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from pydantic import BaseModel

from contracts.values import Profile, Proposal, Slot, TierRecommendation
from playbook import Playbook, once_for_each, placeholders
from playbook.claims import (
    OwnNames,
    identifies_somebody,
    letters,
    names_of,
    overreaches,
    pieces,
    without_personal_data,
)
from playbook.claims.personal import BLANK
from playbook.nameless import Nameless

ModelT = TypeVar("ModelT", bound=BaseModel)

# What is shown of a visitor is far shorter.
LONGEST_TEXT = 2_000
# A text comes back in the proposal, in its next revision and on its page.
_MOST_REMEMBERED = 4_096
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
_FEWEST_LETTERS = 3
# A blank that stands for a word; an ellipsis follows the word it belongs to.
_GAP = re.compile(rf"(?<!\S){BLANK}(?!\w)")
# Said of the visitor by the visitor, and shown as such; the others are read as what the agent does.
_QUOTED = frozenset({"challenge", "steps", "out_of_scope", "success_measure"})
_WHO_THEY_ARE = ("name", "contact_email", "contact_phone", "contact_time")


@dataclass(frozen=True, eq=False)
class _Own:
    """The company's names, the letters of its own lines, and its sentences with gaps for others."""

    names: OwnNames
    nameless: Nameless
    lines: frozenset[str]
    templates: tuple[re.Pattern[str], ...]

    def of_the_visitor(self, text: str) -> tuple[str, ...]:
        """The visitor's part of a sentence of ours; the whole of any other."""
        match = next((match for own in self.templates if (match := own.fullmatch(text))), None)
        return match.groups() if match else (text,)


class PublicWords:
    """What of a visitor's words may be shown in public, in the language of `playbook`.

    `names` are those by which the visitor could be recognised. `language` is the BCP 47 tag of the language
    they write in.
    """

    def __init__(
        self, playbook: Playbook, names: frozenset[str] = frozenset(), *, language: str | None = None
    ) -> None:
        self._script = playbook.proposal
        self._mark = playbook.language.quote.partition("{")[0]
        self._own = _own_of(playbook)
        self._language = (language or playbook.language.code).casefold().partition("-")[0]
        self._names = names

    def shown(self, text: str, *, is_quoted: bool = False) -> str:
        """The text without what identifies a person; nothing when it would speak for us or is too long."""
        return _shown(self._own, text, is_quoted=is_quoted, language=self._language, names=self._names)

    def anonymous(self, text: str) -> str:
        """The text without what identifies a person."""
        return _anonymous_text(self._own, text, self._names)

    def identifies_somebody(self, text: str) -> bool:
        """Whether a person could be recognised by the text."""
        return identifies_somebody(text, self._names)

    def sentences(self, text: str, *, is_quoted: bool = False, has_gaps: bool = True) -> str:
        """Those sentences of the text that may be shown; without `has_gaps`, only what is whole."""
        parts = pieces(self._own.nameless.instead_of_names(text, self._names), _SENTENCES)
        shown = (self.shown(part, is_quoted=is_quoted) for part in parts if part.strip())
        return " ".join(part for part in shown if part and (has_gaps or _without_gap(part)))

    def quote(self, text: str) -> str:
        """Those sentences of a quote that may be shown, with a mark in place of each name."""
        return self._own.nameless.quotable(self.sentences(text, is_quoted=True))

    def proposal(self, proposal: Proposal) -> Proposal:
        """The proposal in words that may be shown; where none are left, in the playbook's."""
        name, measure = self.shown(proposal.agent_name), proposal.success_measure or ""
        is_named = name and not self.identifies_somebody(proposal.agent_name)
        return proposal.model_copy(
            update={
                "agent_name": name if is_named and BLANK not in name else self._script.agent_name[-1],
                "summary": self.sentences(proposal.summary, has_gaps=False) or self._plain_summary(),
                "does": self._does(proposal.does),
                "out_of_scope": self._whole(proposal.out_of_scope, quoted_with=self._mark),
                "integrations": self._whole(proposal.integrations),
                "to_look_at": self._whole(proposal.to_look_at),
                "success_measure": _without_gap(self.shown(measure, is_quoted=True)) or None,
                "done_today": _without_gap(self.shown(proposal.done_today or "", is_quoted=True)) or None,
                "delivery": self.shown(proposal.delivery) or self._script.delivery,
            }
        )

    def tier(self, tier: TierRecommendation) -> TierRecommendation:
        """The tier with those reasons that may be shown."""
        return tier.model_copy(
            update={
                "includes": self._whole(tier.includes),
                "reason": self.sentences(tier.reason, has_gaps=False),
                "would_change": self.sentences(tier.would_change, has_gaps=False),
            }
        )

    def profile(self, profile: Profile) -> Profile:
        """What is known of the visitor's business; who they are, and what may not be shown, is not known.

        Nor is the kind of a business that bears a person's name.
        """
        told = {name: getattr(profile, name) for name in profile.known() - {"language"}}
        public = {name: self._slot(name, slot) for name, slot in told.items()}
        return profile.model_copy(update=public | dict.fromkeys(_WHO_THEY_ARE))

    def _slot(self, name: str, slot: Slot[object]) -> Slot[object] | None:
        match slot.value:
            case str() as value if name == "business_type" and self.identifies_somebody(value):
                return None
            case str() as value:
                kept: object = self.shown(value, is_quoted=name in _QUOTED)
            case tuple() as values:
                kept = self._kept(values, quoted_with="" if name in _QUOTED else None)
            case other:
                return slot if other is not None else None
        words = self.anonymous(slot.words)
        return slot.model_copy(update={"value": kept, "words": words}) if kept else None

    def _does(self, lines: tuple[str, ...]) -> tuple[str, ...]:
        kept = self._whole(lines)
        is_own_alone = all(letters(line) in self._own.lines for line in kept)
        if len(kept) < len(lines) and is_own_alone:
            return tuple(dict.fromkeys((*self._script.default_does, *kept)))
        return kept

    def _kept(self, lines: Iterable[str], *, quoted_with: str | None = None) -> tuple[str, ...]:
        """The lines that may be shown; a quote is one that begins with that mark."""
        kept: list[str] = []
        for line in lines:
            is_quoted = quoted_with is not None and line.startswith(quoted_with)
            shown = self.shown(line, is_quoted=is_quoted)
            if shown and not (kept and self._is_one_claim(kept[-1], shown)):
                kept.append(shown)
        return tuple(kept)

    def _whole(self, lines: Iterable[str], *, quoted_with: str | None = None) -> tuple[str, ...]:
        """Those of the lines that may be shown and read as they were written."""
        return tuple(filter(_without_gap, self._kept(lines, quoted_with=quoted_with)))

    def _is_one_claim(self, line: str, following: str) -> bool:
        """Whether two lines say together what neither may say alone; who "we" is goes from line to line."""
        claim = f"{line} {following}"
        return _speaks_for_us(self._own, claim, is_quoted=True, language=self._language)

    def _plain_summary(self) -> str:
        """The sentences of the playbook that need nothing of the visitor."""
        return " ".join(group[-1] for group in self._script.summary if not placeholders(group[-1]))


@lru_cache(_MOST_REMEMBERED)
def _shown(own: _Own, text: str, *, is_quoted: bool, language: str, names: frozenset[str]) -> str:
    if len(text) > LONGEST_TEXT:
        return ""
    if letters(text) in own.lines:
        return text
    left = _anonymous_text(own, text, names)
    if left != text and len(letters(left)) < _FEWEST_LETTERS:
        return ""
    parts = own.of_the_visitor(left)
    is_refused = any(_speaks_for_us(own, part, is_quoted=is_quoted, language=language) for part in parts)
    return "" if is_refused else left


def _anonymous_text(own: _Own, text: str, names: frozenset[str]) -> str:
    return without_personal_data(own.nameless.instead_of_names(text, names), names)


def _without_gap(text: str) -> str:
    """The text, nothing where something was taken out of it."""
    return "" if _GAP.search(text) else text


@lru_cache(_MOST_REMEMBERED)
def _speaks_for_us(own: _Own, text: str, *, is_quoted: bool, language: str) -> bool:
    return bool(overreaches(text, own.names, is_quoted=is_quoted, language=language))


def names_in(profile: Profile) -> frozenset[str]:
    """The names by which the visitor could be recognised."""
    name, email = profile.name, profile.contact_email
    return names_of(name.value if name else None, email.value if email else None)


def anonymized(document: ModelT, names: frozenset[str]) -> ModelT:
    """The document with every text in it blanked where it identifies a person."""
    return type(document).model_validate(_anonymous(document.model_dump(), names))


def _anonymous(value: object, names: frozenset[str]) -> object:
    match value:
        case dict():
            return {key: _anonymous(part, names) for key, part in value.items()}
        case tuple():
            return tuple(_anonymous(part, names) for part in value)
        # What is one of a few names of ours identifies nobody.
        case str() if type(value) is str:
            return without_personal_data(value, names)
    return value


@once_for_each
def _own_of(playbook: Playbook) -> _Own:
    script, rule = playbook.proposal, playbook.tier_rule
    summary = [line for group in script.summary for line in group]
    says = [condition.says for case in rule.cases for condition in case.when_any]
    known = [words.known for words in rule.words.values() if words.known]
    kinds = [line for kind in playbook.task_kinds for line in (kind.name, *kind.does)]
    lines = (
        *kinds, *script.default_does, *script.always_does, script.delivery, script.agent_name[-1],
        *(item for tier in playbook.catalogue for item in tier.includes), *summary, rule.otherwise_says,
    )  # fmt: skip
    templates = (
        *script.agent_name, *summary, script.beyond_tier, *says, *known, rule.would_change,
        rule.unknown_says, rule.range_says, rule.more_tools_says,
    )  # fmt: skip
    prices = {tier.name: tier.monthly_price_usd for tier in playbook.catalogue}
    return _Own(
        names=OwnNames(playbook.company.name, playbook.company.bot_name, prices),
        nameless=script.nameless,
        lines=frozenset(map(letters, lines)),
        templates=tuple(_as_pattern(template) for template in templates if placeholders(template)),
    )


def _as_pattern(template: str) -> re.Pattern[str]:
    """A sentence with gaps; it may begin with a capital and end with a full stop."""
    words = re.split(r"\{\w+\}", template.rstrip("."))
    return re.compile(rf"{'(.+?)'.join(map(re.escape, words))}\.?", re.IGNORECASE)
