"""What a language model is told, as data: a template for every part of it, checked when it is read."""

from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from playbook.files import read_sections, validated
from playbook.section import NonEmpty, Section, placeholders, refuse_unknown_placeholders


def _filled(must: str = "", may: str = "") -> AfterValidator:
    """Templates that hold all of the names `must` and none besides these and `may`."""
    needed = frozenset(must.split())

    def check(template: str) -> str:
        refuse_unknown_placeholders(template, needed | frozenset(may.split()))
        if missing := needed - placeholders(template):
            names = ", ".join(f"{{{name}}}" for name in sorted(missing))
            raise ValueError(f"{template[:40]!r} ... lacks {names}")
        return template

    return AfterValidator(check)


class Choices(Section):
    """Which action a model is to take, by what the conversation has come to; the last words of a sentence.

    `asking`: `{questions}` are the keys of the actions that may be asked for, in their order. `proposed`: a
    proposal was read. `booked`: the booking link was given, too. `awaiting`: a result is being made.
    `linked`: the link was given before any proposal; `{asking}` is `asking` filled. `closed`: they said no
    or goodbye; `{otherwise}` is what is told else.
    """

    asking: Annotated[NonEmpty, _filled("questions")]
    linked: Annotated[NonEmpty, _filled("asking")]
    proposed: NonEmpty
    booked: NonEmpty
    awaiting: NonEmpty
    closed: Annotated[NonEmpty, _filled("otherwise")]


class TurnPrompt(Section):
    """What is told before each turn: `rules` first and always the same, the talk, then `state`.

    The names in braces, all of them text:

    - `rules`: `{bot_name}`, `{company}`, `{does}`, `{voice}` are of the company; `{most_words}` and
      `{most_words_to_questions}` are the numbers below. `{canary}` is the mark that is never let out.
      `{questions}` has a line `- slot: goal` for every question of every stage. `{facts}` has a line
      `- id: says` for every fact. `{tier_rule}` says which tier is named when.
    - `state`: a line whose names have no value is left out. `{language}` is the language's name in English,
      or its tag with the form of a price. `{no_questions}` is said of a visitor who wants none any more.
      `{known}` are the known slots with their values, marked as the visitor's words. `{skipped}` are slots.
      `{summary}` says what happened: drafts shown, the change asked for, the link sent, a question deferred
      before, a no. `{proposal}` is the last draft, marked as material, `{tier}` its tier with price and
      reason, and the one the visitor chose instead. `{choice}` is one of `choices`. `{opening}` is what code
      says in front of the first reply.
    - `person` stands in the talk where a person of the company wrote in place of the assistant. `{name}` is
      theirs, `{text}` what they wrote.
    """

    most_words: int = Field(gt=0)
    most_words_to_questions: int = Field(gt=0)
    rules: Annotated[
        NonEmpty,
        _filled(
            "canary questions facts",
            may="bot_name company does voice most_words most_words_to_questions tier_rule",
        ),
    ]
    state: Annotated[
        NonEmpty, _filled("language no_questions known skipped summary proposal tier choice opening")
    ]
    choices: Choices
    person: Annotated[NonEmpty, _filled("name text")] = (
        "{name}, a person of the company, took your place here and wrote to the visitor: {text}"
    )


class PhrasePrompt(Section):
    """What is told, besides rules and state, before a reply whose action is decided.

    - `task`: `{action}` is the key of the action, such as `ask:steps`. `{questions}` are ids of facts,
      `unknown` among them, or "none". `{shown}` and `{refused}` are the templates of these names filled, or
      nothing.
    - `shown`: `{shown}` is what the visitor has read of this reply.
    - `refused`: `{refused}` has a line `- reason: sentence` for every sentence that could not be shown.
    """

    task: Annotated[NonEmpty, _filled("action questions shown refused")]
    shown: Annotated[str, _filled("shown")]
    refused: Annotated[str, _filled("refused")]


class Prompt(Section):
    """All a model is told: before a turn, a reply, a translation, the words of a proposal, and as a judge.

    `translation` holds `{language}`, a BCP 47 tag. `proposal` holds `{facts}`, a line `- says` for every fact
    that names no price, and may hold `{company}`, `{does}` and `{voice}`. `judge` holds `{facts}`, a line
    `- id: says` for every fact, and `{tier_rule}`, by which a tier is named.
    What follows each of them is data: the text to translate; the draft, the version the visitor has read, the
    wish, the visitor's messages; the sentences to be judged, with what the visitor told and just wrote.
    """

    turn: TurnPrompt
    phrase: PhrasePrompt
    translation: Annotated[NonEmpty, _filled("language")]
    proposal: Annotated[NonEmpty, _filled("facts", may="company does voice")]
    judge: Annotated[NonEmpty, _filled("facts tier_rule", may="company bot_name")]

    @cached_property
    def digest(self) -> str:
        """A short name of its content: two prompts that tell the same have the same."""
        return digest_of(self)


def digest_of(section: Section) -> str:
    """The first letters of a digest of all that a section holds."""
    return sha256(section.model_dump_json().encode()).hexdigest()[:12]


def load_prompt(path: Path) -> Prompt:
    """Read and validate a prompt.

    Raises:
        InvalidPlaybook: the file is missing, not YAML, or lacks or holds what it may not.
    """
    return validated(Prompt, read_sections(path, "prompt"), path, "prompt")
