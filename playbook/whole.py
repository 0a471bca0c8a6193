"""The playbook as a whole, and how it is read."""

from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from contracts.language_models import LocalModel, ModelProfile, SpendCaps
from contracts.values import Stage
from playbook.booking import Booking
from playbook.consistency import contradictions
from playbook.facts import FactSheet
from playbook.files import InvalidPlaybook, read_sections, validated
from playbook.language import Language
from playbook.languages import faults_of, in_words_of
from playbook.lexicon import Lexicon, plain, read_lexicon
from playbook.lines import Lines
from playbook.mail import MailLines
from playbook.offer import LookAtFirst, ProposalScript, TaskKind, Tier, TierRule
from playbook.page import ProposalPageLines
from playbook.prompt import Prompt, digest_of, load_prompt
from playbook.remembering import Same
from playbook.score import ScoreRule
from playbook.section import Alternatives, NonEmpty, Section, placeholders
from playbook.speech import Company, Question, StageScript

_NOT_SPOKEN_HOLDS = frozenset({"bot_name", "company", "languages"})


class Playbook(Section):
    """All a company would change, in one language; `languages` are the same playbook in others.

    `tools` are names of software its visitors use, besides those that are known anyway.
    `also_recognised` are everyday words of languages that are told apart and not spoken without a model;
    `not_spoken` is what their speakers, and those of other languages, are told then, by primary tag.
    Without a `score` leads have none.
    `prompt` is told to a model and to nobody else, so it is left out wherever the playbook is written down.
    """

    language: Language
    lexicon: Lexicon
    languages: Mapping[str, "Playbook"] = Field(default_factory=dict)
    also_recognised: Mapping[str, Alternatives] = Field(default_factory=dict)
    not_spoken: Mapping[str, NonEmpty] = Field(default_factory=dict)
    company: Company
    stages: dict[Stage, StageScript]
    facts: FactSheet
    lines: Lines
    proposal: ProposalScript
    proposal_page: ProposalPageLines
    mail: MailLines
    task_kinds: tuple[TaskKind, ...] = Field(min_length=1)
    catalogue: tuple[Tier, ...] = Field(min_length=1)
    tier_rule: TierRule
    booking: Booking
    score: ScoreRule | None = None
    models: dict[str, ModelProfile] = Field(min_length=1)
    local_model: LocalModel = LocalModel()
    spend: SpendCaps
    tools: tuple[NonEmpty, ...] = ()
    prompt: Prompt = Field(exclude=True)

    @cached_property
    def digest(self) -> str:
        """A short name of its content, the prompt aside."""
        return digest_of(self)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        missing = [stage.value for stage in Stage if stage not in self.stages]
        if missing:
            raise ValueError(f"stages lack {', '.join(missing)}")
        if len({kind.key for kind in self.task_kinds}) < len(self.task_kinds):
            raise ValueError("task_kinds: two have the same key")
        keys = {tier.key for tier in self.catalogue}
        named = {case.tier for case in self.tier_rule.cases} | {self.tier_rule.otherwise}
        if not named <= keys:
            raise ValueError(f"tier_rule names {', '.join(sorted(named - keys))}, which the catalogue lacks")
        for model, profile in self.models.items():
            if profile.fallback is not None and profile.fallback not in self.models:
                raise ValueError(f"models.{model}.fallback {profile.fallback!r} is not one of the models")
        return self

    @model_validator(mode="after")
    def _is_one_story(self) -> Self:
        if faults := "; ".join(contradictions(self.facts, self.catalogue, self.language)):
            raise ValueError(faults)
        for name, question in self.lines.quick_replies.questions.items():
            if unknown := ", ".join(sorted(set(question.facts) - set(self.facts.ids))):
                raise ValueError(f"quick_replies.questions.{name} names {unknown}, which no fact is called")
        return self

    @model_validator(mode="after")
    def _says_what_it_does_not_speak(self) -> Self:
        if missing := self.also_recognised.keys() - self.not_spoken.keys():
            raise ValueError(f"not_spoken lacks {', '.join(sorted(missing))}, which is recognised")
        for tag, line in self.not_spoken.items():
            if placeholders(line) != _NOT_SPOKEN_HOLDS:
                raise ValueError(f"not_spoken.{tag} {line!r} must hold {sorted(_NOT_SPOKEN_HOLDS)} in braces")
        return self

    def tier(self, key: str) -> Tier:
        """The tier of the catalogue with this key."""
        return next(tier for tier in self.catalogue if tier.key == key)

    def is_open_range(self, value: float, words: str) -> bool:
        """Whether the words are the label of the range without an upper end that begins with this value."""
        limit = self.language.number(value - 1)
        return words == self.lines.quick_replies.more_than.format(limit=limit)

    def looked_at_first(self, text: str) -> tuple[str, ...]:
        """What of a text is looked at together before it is promised, by the names of the groups."""
        return _looked_at_first(Same(self), text)

    def works_with(self, tool: str) -> bool:
        """Whether an agent works with this tool today."""
        is_known = any(look.works_with.search(plain(tool)) for look in self.looks)
        return is_known and not self.looked_at_first(tool)

    def is_file(self, tool: str) -> bool:
        """Whether a tool is a kind of files, which an agent reads and writes without an integration."""
        return any(look.files.begin(plain(tool)) for look in self.looks)

    @property
    def whole_names(self) -> frozenset[str]:
        """Programs that an agent works with by their whole name: `whatsapp business`, not `whatsapp`."""
        return frozenset(
            name for look in self.looks for name in {*look.but_not.root} & {*look.works_with.root}
        )

    @property
    def looks(self) -> tuple[LookAtFirst, ...]:
        """What is looked at first, in every language: a translation by a model has no such words."""
        return tuple(each.proposal.look_at_first for each in (self, *self.languages.values()))

    def question(self, slot: str) -> Question | None:
        """The question for a slot, if one of the stages asks for it."""
        questions = (question for script in self.stages.values() for question in script.questions)
        return next((question for question in questions if question.slot == slot), None)

    def spoken_in(self, tag: str | None) -> "Playbook":
        """This playbook in the language of a BCP 47 tag: `es-MX` is Spanish; itself when there is none."""
        return self.languages.get(_primary(tag), self) if tag else self

    @property
    def language_names(self) -> Mapping[str, str]:
        """Every language that is spoken, by its code: its name in itself, the default's first."""
        spoken = (self, *self.languages.values())
        return {playbook.language.code: playbook.language.own_name for playbook in spoken}

    def not_spoken_in(self, tag: str) -> str:
        """What the speaker of a language that is not spoken is told: in that language where we can."""
        line = self.not_spoken.get(_primary(tag), self.lines.language_not_spoken)
        languages = ", ".join(self.language_names.values())
        return line.format(bot_name=self.company.bot_name, company=self.company.name, languages=languages)


def require_confirmed_facts(playbook: Playbook, *, allow_examples: bool = False) -> None:
    """Refuse a playbook whose facts are still examples, so that none is told to a real visitor.

    Raises:
        InvalidPlaybook: names every fact that nobody confirmed, and what to do.
    """
    examples = ", ".join(playbook.facts.examples)
    if examples and not allow_examples:
        raise InvalidPlaybook(
            f"the facts {examples} are examples: put your own words in their place and take `is_example`"
            " away, or set ALLOW_EXAMPLE_FACTS=true on a laptop"
        )


def load_playbook(path: Path, *, prompt: Path | None = None) -> Playbook:
    """Read and validate a playbook, with the prompt it names or with another one.

    Raises:
        InvalidPlaybook: a file is missing, not YAML, or says something that cannot be.
    """
    raw, files = _read(path, prompt)
    default = _knowing_prices(validated(Playbook, raw, path))
    packs = {code: _in_language(code, raw, path.parent / file) for code, file in files.items()}
    return default.model_copy(update={"languages": packs})


def load_translation(path: Path, code: str, file: Path) -> Playbook:
    """Read and validate a translation that the playbook need not name.

    Raises:
        InvalidPlaybook: a file is missing, not YAML, or says something that cannot be.
    """
    return _in_language(code, _read(path, None)[0], file)


def _read(path: Path, prompt: Path | None) -> tuple[dict[str, object], Mapping[str, str]]:
    """The sections of a playbook, and the file of each of its other languages."""
    raw = read_sections(path)
    files, named = raw.pop("languages", None) or {}, raw.pop("prompt", None)
    if not isinstance(files, dict):
        raise InvalidPlaybook(f"playbook {str(path)!r} is not valid: languages: name a file for each")
    if prompt is None and not isinstance(named, str):
        raise InvalidPlaybook(
            f"playbook {str(path)!r} is not valid: prompt: name the file of a model's prompt"
        )
    raw["prompt"] = load_prompt(prompt or path.parent / str(named))
    raw["lexicon"] = read_lexicon(path.parent, raw.get("lexicon"))
    return raw, {str(code): str(file) for code, file in files.items()}


def _in_language(code: str, default: dict[str, object], path: Path) -> Playbook:
    pack = read_sections(path)
    pack["lexicon"] = read_lexicon(path.parent, pack.get("lexicon"))
    if faults := "; ".join(faults_of(default, pack)):
        raise InvalidPlaybook(f"playbook {str(path)!r} is not valid: {faults}")
    playbook = validated(Playbook, in_words_of(default, pack), path)
    if playbook.language.code != code:
        raise InvalidPlaybook(f"playbook {str(path)!r} speaks {playbook.language.code!r}, not {code!r}")
    return _knowing_prices(playbook)


def _knowing_prices(playbook: Playbook) -> Playbook:
    """A playbook whose lexicon knows what each tier costs."""
    prices = {tier.key: tier.monthly_price_usd for tier in playbook.catalogue}
    return playbook.model_copy(update={"lexicon": playbook.lexicon.model_copy(update={"prices": prices})})


# The lines of a draft are looked at again by each rule that concerns them.
@lru_cache(maxsize=1024)
def _looked_at_first(same: Same[Playbook], text: str) -> tuple[str, ...]:
    playbook, said = same.part, plain(text)
    for look in playbook.looks:
        said = look.but_not.blanked_in(said)
    found = {at for look in playbook.looks for at, one in enumerate(look.groups) if one.words.search(said)}
    return tuple(one.name for at, one in enumerate(playbook.proposal.look_at_first.groups) if at in found)


def _primary(tag: str) -> str:
    return tag.casefold().partition("-")[0]
