"""The playbook: everything a company would change, validated once at start.

No price, question, tier, date or link is written in code; it stands in `playbook.yaml` or it is not said.
"""

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from contracts.values import Profile, Stage

NonEmpty = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
CountedSlot = Literal["team_size", "time_wasters", "tools", "hours_per_week"]


class InvalidPlaybook(ValueError):
    """The playbook cannot be used; the message says where and why."""


class Section(BaseModel):
    """A part of the playbook: frozen, and strict about names so that a typo is found at start."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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
    """True when the slot's number (or the length of its list) is over the limit."""

    slot: CountedSlot
    over: float
    says: NonEmpty


class TierRule(Section):
    """The first tier any of whose conditions holds is recommended; `otherwise` if none does."""

    class Case(Section):
        """A tier and what leads to it."""

        tier: NonEmpty
        when_any: tuple[Condition, ...] = Field(min_length=1)

    cases: tuple[Case, ...]
    otherwise: NonEmpty
    otherwise_says: NonEmpty


class Booking(Section):
    """Where a demo is booked, and which hosts a link may lead to."""

    public_link: NonEmpty
    event_type_uri: str | None = None
    allowed_hosts: tuple[NonEmpty, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _link_is_allowed(self) -> Self:
        link = urlsplit(self.public_link)
        if link.scheme != "https" or link.hostname not in self.allowed_hosts:
            raise ValueError(f"public_link {self.public_link!r} is not https on one of {self.allowed_hosts}")
        return self


class ProposalScript(Section):
    """The fixed words of a proposal; `{slot}` names are filled from the profile."""

    agent_name: NonEmpty
    summary: NonEmpty
    default_does: tuple[NonEmpty, ...] = Field(min_length=1)
    delivery: NonEmpty


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
    except (OSError, yaml.YAMLError) as error:
        raise InvalidPlaybook(f"playbook {str(path)!r} cannot be read: {error}") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise InvalidPlaybook(f"playbook {str(path)!r} is not valid: {faults}") from error
