"""What a language model is told, as data: a template for every part of it, checked when it is read."""

from collections.abc import Iterator
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


Fixed = Annotated[NonEmpty, _filled()]
# After the proposal there is a tier that a reply may speak of.
AfterProposal = Annotated[NonEmpty, _filled(may="tier")]
OfATier = Annotated[NonEmpty, _filled(must="tier")]


class Tasks(Section):
    """What a reply is to do, by the name of its aim."""

    propose: Fixed
    redraft: Fixed
    reconsider_tier: Fixed
    hear_reaction: OfATier
    ask_change: AfterProposal
    recommend: OfATier
    hear_interest: AfterProposal
    ask_concern: AfterProposal
    book: AfterProposal
    remind: Annotated[NonEmpty, _filled(must="link", may="tier")]
    close: Fixed

    def of(self, aim: str) -> str:
        """The task of a reply with this aim."""
        task: str = getattr(self, aim)
        return task


class ReplyPrompt(Section):
    """What is told before a reply: the rules, the state, the task.

    `language` and `opening` stand in the state where there is something to say; `otherwise_ask` and
    `otherwise_propose` stand behind the question of `ask`, for a model that finds it answered already.
    """

    most_words: int = Field(gt=0)
    most_words_about_a_tier: int = Field(gt=0)
    rules: Annotated[
        NonEmpty,
        _filled("prices canary slots signals", may="bot_name company does voice most_words delivery"),
    ]
    state: Annotated[NonEmpty, _filled("language known taken summary opening task")]
    language: Annotated[NonEmpty, _filled("name")]
    opening: Annotated[NonEmpty, _filled("opening")]
    ask: Annotated[NonEmpty, _filled("question otherwise")]
    otherwise_ask: Annotated[NonEmpty, _filled("question")]
    otherwise_propose: Fixed
    tasks: Tasks


class Prompt(Section):
    """All a model is told: before a reply, before a translation, before it words a proposal."""

    reply: ReplyPrompt
    translation: Annotated[NonEmpty, _filled("language")]
    proposal: Annotated[NonEmpty, _filled(may="company does voice")]

    @cached_property
    def digest(self) -> str:
        """A short name of its content: two prompts that tell the same have the same."""
        return digest_of(self)

    @property
    def told_before_a_reply(self) -> tuple[str, ...]:
        """Every template of the replies, so that none of their words is let out."""
        return tuple(_texts(self.reply.model_dump()))


def digest_of(section: Section) -> str:
    """The first letters of a digest of all that a section holds."""
    return sha256(section.model_dump_json().encode()).hexdigest()[:12]


def load_prompt(path: Path) -> Prompt:
    """Read and validate a prompt.

    Raises:
        InvalidPlaybook: the file is missing, not YAML, or lacks or holds what it may not.
    """
    return validated(Prompt, read_sections(path, "prompt"), path, "prompt")


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from _texts(value)
