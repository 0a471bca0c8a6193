"""The playbook as a whole, and how it is read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

import yaml
from pydantic import Field, ValidationError, model_validator

from contracts.playbook.booking import Booking
from contracts.playbook.language import Language
from contracts.playbook.languages import faults_of, in_words_of
from contracts.playbook.lines import Lines
from contracts.playbook.listening import Listening
from contracts.playbook.offer import ProposalScript, Tier, TierRule
from contracts.playbook.page import ProposalPageLines
from contracts.playbook.section import Alternatives, NonEmpty, Section
from contracts.playbook.speech import Company, StageScript
from contracts.playbook.spend import ModelPrice, SpendCaps
from contracts.values import Stage

# libyaml reads the same YAML ten times as fast, where PyYAML was built with it.
_YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class InvalidPlaybook(ValueError):
    """The playbook cannot be used; the message says where and why."""


class Playbook(Section):
    """All a company would change, in one language; `languages` are the same playbook in others.

    `tools` are names of software its visitors use, besides those that are known anyway.
    `also_recognised` are everyday words of languages that are told apart and not spoken without a model.
    Without `listening` the built-in readers, which are English, understand the visitor.
    """

    language: Language
    listening: Listening | None = None
    languages: Mapping[str, "Playbook"] = Field(default_factory=dict)
    also_recognised: Mapping[str, Alternatives] = Field(default_factory=dict)
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

    def spoken_in(self, tag: str | None) -> "Playbook":
        """This playbook in the language of a BCP 47 tag: `es-MX` is Spanish; itself when there is none."""
        return self.languages.get(tag.casefold().partition("-")[0], self) if tag else self


def load_playbook(path: Path) -> Playbook:
    """Read and validate a playbook.

    Raises:
        InvalidPlaybook: the file is missing, not YAML, or says something that cannot be.
    """
    raw = _read(path)
    files = raw.pop("languages", None) or {}
    if not isinstance(files, dict):
        raise InvalidPlaybook(f"playbook {str(path)!r} is not valid: languages: name a file for each")
    default = _validated(raw, path)
    packs = {code: _in_language(code, raw, path.parent / str(file)) for code, file in files.items()}
    return default.model_copy(update={"languages": packs})


def _in_language(code: str, default: dict[str, object], path: Path) -> Playbook:
    pack = _read(path)
    if faults := "; ".join(faults_of(default, pack)):
        raise InvalidPlaybook(f"playbook {str(path)!r} is not valid: {faults}")
    playbook = _validated(in_words_of(default, pack), path)
    if playbook.language.code != code:
        raise InvalidPlaybook(f"playbook {str(path)!r} speaks {playbook.language.code!r}, not {code!r}")
    return playbook


def _read(path: Path) -> dict[str, object]:
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), _YAML_LOADER)  # noqa: S506
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidPlaybook(f"playbook {str(path)!r} cannot be read: {error}") from error
    if not isinstance(raw, dict):
        raise InvalidPlaybook(f"playbook {str(path)!r} is not valid: it has no sections")
    return raw


def _validated(raw: object, path: Path) -> Playbook:
    try:
        return Playbook.model_validate(raw)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise InvalidPlaybook(f"playbook {str(path)!r} is not valid: {faults}") from error
