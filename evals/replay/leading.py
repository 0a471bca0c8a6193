"""By what conversations were led: the playbook, the prompt, and the model or the playbook."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chassis.language_model import LanguageModelSettings
from evals.replay.stored import THE_PLAYBOOK, Stored
from playbook import Playbook

_NOT_TOLD = "not told"


@dataclass(frozen=True, slots=True)
class Leading:
    """One side of a comparison; a log may hold several of each, and need not tell them."""

    playbooks: tuple[str, ...]
    prompts: tuple[str, ...]
    speakers: tuple[str, ...]

    def __str__(self) -> str:
        named = (
            ("playbook", self.playbooks or (_NOT_TOLD,)),
            ("prompt", self.prompts or (_NOT_TOLD if self._has_model else "none",)),
            ("spoken by", self.speakers or (_NOT_TOLD,)),
        )
        return " · ".join(f"{what} {', '.join(names)}" for what, names in named)

    @property
    def _has_model(self) -> bool:
        return self.speakers != (THE_PLAYBOOK,)

    def as_json(self) -> dict[str, list[str]]:
        """The same as plain values."""
        return {
            "playbooks": list(self.playbooks),
            "prompts": list(self.prompts),
            "spoken_by": list(self.speakers),
        }


def as_stored(conversations: Sequence[Stored]) -> Leading:
    """What led these conversations, as far as they tell."""
    return Leading(
        playbooks=_each_once(one.playbooks for one in conversations),
        prompts=_each_once(one.prompts for one in conversations),
        speakers=_each_once(one.speakers for one in conversations),
    )


def by_the_playbook(playbook: Playbook, *, file: Path) -> Leading:
    """What leads conversations in this process; nobody is prompted."""
    return Leading((_named(file, playbook.digest),), (), (THE_PLAYBOOK,))


def by_services(playbook: Playbook, *, file: Path, prompt: Path | None) -> Leading:
    """What leads conversations through services of their own, in this environment."""
    model = LanguageModelSettings()
    if not model.is_configured:
        return by_the_playbook(playbook, file=file)
    prompted = playbook.prompt.digest
    return Leading(
        playbooks=(_named(file, playbook.digest),),
        prompts=(_named(prompt, prompted) if prompt else prompted,),
        speakers=(model.model,),
    )


def _named(file: Path, digest: str) -> str:
    return f"{file} ({digest})"


def _each_once(names: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for some in names for name in some))
