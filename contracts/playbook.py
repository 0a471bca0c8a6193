"""The playbook: everything a company would change, validated once at start.

No price, question, tier, date or link is written in code; it stands in `playbook.yaml` or it is not said.
"""

from pathlib import Path
from string import Formatter
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from contracts.values import Profile, Stage

NonEmpty = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
CountedSlot = Literal["team_size", "time_wasters", "tools", "hours_per_week"]


Alternatives = Annotated[tuple[NonEmpty, ...], Field(min_length=1)]


class InvalidPlaybook(ValueError):
    """The playbook cannot be used; the message says where and why."""


class Section(BaseModel):
    """A part of the playbook: frozen, and strict about names so that a typo is found at start."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def placeholders(template: str) -> frozenset[str]:
    """The names in the braces of a template.

    Raises:
        ValueError: the braces do not match.
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def refuse_unknown_placeholders(template: str, allowed: frozenset[str]) -> None:
    """Raise ValueError when a template has a name in braces that nothing would fill."""
    if unknown := placeholders(template) - allowed:
        raise ValueError(
            f"{template!r} names {', '.join(sorted(unknown))}; known are {', '.join(sorted(allowed))}"
        )


class Company(Section):
    """Who speaks."""

    name: NonEmpty
    bot_name: NonEmpty
    website: NonEmpty
    does: NonEmpty
    voice: NonEmpty
    disclosure: NonEmpty


class Question(Section):
    """How a slot is asked for, and how it is asked again when the answer was not understood."""

    slot: NonEmpty
    ask: NonEmpty
    again: NonEmpty

    @model_validator(mode="after")
    def _slot_exists(self) -> Self:
        if self.slot not in Profile.model_fields:
            raise ValueError(f"slot {self.slot!r} is not one of {', '.join(Profile.model_fields)}")
        return self


class StageScript(Section):
    """The questions of a stage in their order, and how many may be asked before it is left."""

    goal: NonEmpty
    questions: tuple[Question, ...] = ()
    most_questions: int = Field(default=3, ge=0, le=6)


class Tier(Section):
    """One partnership tier of the catalogue."""

    key: NonEmpty
    name: NonEmpty
    monthly_price_usd: int = Field(ge=0)
    includes: tuple[NonEmpty, ...]


class Condition(Section):
    """True when the slot's number (or the length of its list) is over the limit.

    `says` may use `{value}` (the number), `{items}` (the visitor's list) and `{limit}`.
    """

    slot: CountedSlot
    over: float
    says: NonEmpty

    @model_validator(mode="after")
    def _placeholders_exist(self) -> Self:
        refuse_unknown_placeholders(self.says, frozenset({"value", "items", "limit"}))
        return self


class SlotWords(Section):
    """How the tier rule speaks of a counted slot.

    `name` completes "you have not told me ..."; `known` may use `{value}` and `{items}`; `over` and `up_to`
    complete "with ..." and may use `{limit}`.
    """

    name: NonEmpty
    known: NonEmpty
    over: NonEmpty
    up_to: NonEmpty

    @model_validator(mode="after")
    def _placeholders_exist(self) -> Self:
        refuse_unknown_placeholders(self.known, frozenset({"value", "items"}))
        refuse_unknown_placeholders(self.over, frozenset({"limit"}))
        refuse_unknown_placeholders(self.up_to, frozenset({"limit"}))
        return self


class TierRule(Section):
    """The first tier any of whose conditions holds is recommended; `otherwise` if none does.

    An unknown slot fulfils no condition. `unknown_says` names what is missing in `{unknown}`; `would_change`
    tells what leads to another tier, with `{change}`, `{tier}` and `{price}`.
    """

    class Case(Section):
        """A tier and what leads to it."""

        tier: NonEmpty
        when_any: tuple[Condition, ...] = Field(min_length=1)

    cases: tuple[Case, ...]
    otherwise: NonEmpty
    otherwise_says: NonEmpty
    unknown_says: NonEmpty
    would_change: NonEmpty
    words: dict[CountedSlot, SlotWords]

    @model_validator(mode="after")
    def _every_slot_has_words(self) -> Self:
        refuse_unknown_placeholders(self.unknown_says, frozenset({"unknown"}))
        refuse_unknown_placeholders(self.would_change, frozenset({"change", "tier", "price"}))
        used = {condition.slot for case in self.cases for condition in case.when_any}
        if missing := used - set(self.words):
            raise ValueError(f"words lack {', '.join(sorted(missing))}, which the cases use")
        return self


class Booking(Section):
    """Where a demo is booked, and which hosts a link may lead to."""

    public_link: NonEmpty
    event_type_uri: str | None = None
    allowed_hosts: tuple[NonEmpty, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _link_is_allowed(self) -> Self:
        if not self.allows(self.public_link):
            raise ValueError(f"public_link {self.public_link!r} is not https on one of {self.allowed_hosts}")
        return self

    def allows(self, url: str) -> bool:
        """Whether `url` is plain https on an allowed host, in a browser's reading as in ours."""
        # Browsers read a backslash as a slash and drop some white space, so a link with either could lead
        # elsewhere than it says; so could one with a user name in front of its host.
        if not url.isprintable() or "\\" in url or " " in url:
            return False
        try:
            link = urlsplit(url)
            is_plain = link.username is None and link.port is None
        except ValueError:
            return False
        return link.scheme == "https" and is_plain and link.hostname in self.allowed_hosts


class ProposalScript(Section):
    """The fixed words of a proposal; `{slot}` names are filled from the profile.

    Of alternatives the first whose slots are all known is said. Of `agent_name` and of the first group of
    `summary` the last alternative needs no slot, so that there is always something to say.
    """

    agent_name: Alternatives
    summary: tuple[Alternatives, ...] = Field(min_length=1)
    default_does: tuple[NonEmpty, ...] = Field(min_length=1)
    always_does: tuple[NonEmpty, ...]
    wish: NonEmpty
    delivery: NonEmpty

    @model_validator(mode="after")
    def _can_always_be_said(self) -> Self:
        slots = frozenset(Profile.model_fields)
        for template in (*self.agent_name, *(text for group in self.summary for text in group)):
            refuse_unknown_placeholders(template, slots)
        for last in (self.agent_name[-1], self.summary[0][-1]):
            if placeholders(last):
                raise ValueError(f"{last!r} is a last resort and cannot need a slot")
        refuse_unknown_placeholders(self.wish, frozenset({"wish"}))
        return self


class Playbook(Section):
    """All a company would change."""

    company: Company
    stages: dict[Stage, StageScript]
    lines: dict[NonEmpty, NonEmpty]
    proposal: ProposalScript
    catalogue: tuple[Tier, ...] = Field(min_length=1)
    tier_rule: TierRule
    booking: Booking

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        missing = [stage.value for stage in Stage if stage not in self.stages]
        if missing:
            raise ValueError(f"stages lack {', '.join(missing)}")
        keys = {tier.key for tier in self.catalogue}
        named = {case.tier for case in self.tier_rule.cases} | {self.tier_rule.otherwise}
        if not named <= keys:
            raise ValueError(f"tier_rule names {', '.join(sorted(named - keys))}, which the catalogue lacks")
        return self

    def tier(self, key: str) -> Tier:
        """The tier of the catalogue with this key."""
        return next(tier for tier in self.catalogue if tier.key == key)


def load_playbook(path: Path) -> Playbook:
    """Read and validate a playbook.

    Raises:
        InvalidPlaybook: the file is missing, not YAML, or says something that cannot be.
    """
    try:
        return Playbook.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidPlaybook(f"playbook {str(path)!r} cannot be read: {error}") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise InvalidPlaybook(f"playbook {str(path)!r} is not valid: {faults}") from error
