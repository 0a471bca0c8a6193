"""The playbook as a whole, and how it is read."""

from pathlib import Path
from typing import Self

import yaml
from pydantic import Field, ValidationError, model_validator

from contracts.playbook.booking import Booking
from contracts.playbook.lines import Lines
from contracts.playbook.offer import ProposalScript, Tier, TierRule
from contracts.playbook.page import ProposalPageLines
from contracts.playbook.section import NonEmpty, Section
from contracts.playbook.speech import Company, StageScript
from contracts.playbook.spend import ModelPrice, SpendCaps
from contracts.values import Stage

# libyaml reads the same YAML ten times as fast, where PyYAML was built with it.
_YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class InvalidPlaybook(ValueError):
    """The playbook cannot be used; the message says where and why."""


class Playbook(Section):
    """All a company would change.

    `tools` are names of software its visitors use, besides those that are known anyway.
    """

    company: Company
    stages: dict[Stage, StageScript]
    lines: Lines
    proposal: ProposalScript
    proposal_page: ProposalPageLines
    catalogue: tuple[Tier, ...] = Field(min_length=1)
    tier_rule: TierRule
    booking: Booking
    models: dict[str, ModelPrice] = Field(min_length=1)
    spend: SpendCaps
    tools: tuple[NonEmpty, ...] = ()

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
        return Playbook.model_validate(yaml.load(path.read_text(encoding="utf-8"), _YAML_LOADER))  # noqa: S506
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidPlaybook(f"playbook {str(path)!r} cannot be read: {error}") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise InvalidPlaybook(f"playbook {str(path)!r} is not valid: {faults}") from error
