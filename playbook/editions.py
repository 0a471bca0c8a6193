"""Editions: a playbook with a prompt, found again by their digests for whatever began with them.

Every one that anything began with stands on a shelf. What was begun is told by its own edition to the end;
how it is served, such as the models and the calendar, is always that of the playbook in use.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Final, Protocol, TypeVar

from pydantic import ValidationError

from playbook.prompt import Prompt
from playbook.whole import Playbook

# What a visitor is served with, whatever they were told: an old calendar or model may be gone.
_SERVED_WITH: Final = ("booking", "models", "local_model", "spend", "score")
# What is offered is never put together from two editions.
_OFFERED: Final = frozenset({"catalogue", "facts", "tier_rule"})
# A part that is filled in may lack or hold something itself.
_MOST_ROUNDS: Final = 5
_MOST_IN_MEMORY: Final = 16
KeyT = TypeVar("KeyT")
PartT = TypeVar("PartT")


class EditionUnreadable(Exception):
    """A playbook on the shelf cannot be read here without changing what it offers; nothing may be told."""


class Shelf(Protocol):
    """Keeps texts by their digests, for every process."""

    async def keep(self, contents: Mapping[str, str]) -> None:
        """Keep these texts by their digests; safe to repeat."""

    async def find(self, digest: str) -> str | None:
        """The text with this digest, None where none is kept."""


class Editions:
    """The playbook in use, the prompts in use, and every edition that something began with.

    Args:
        current: the playbook in use, with the prompt in use.
        shelf: where editions are kept.
        candidate: another prompt that something may begin with.
    """

    def __init__(self, current: Playbook, shelf: Shelf, *, candidate: Prompt | None = None) -> None:
        self.current = current
        self._shelf = shelf
        self._playbooks = {current.digest: current}
        self._prompts = {each.digest: each for each in (current.prompt, candidate) if each is not None}
        self._joined: dict[tuple[str, str], Playbook] = {}
        self._reading = asyncio.Lock()

    async def keep(self) -> None:
        """Put what is in use on the shelf, before anything begins with it; safe to repeat."""
        prompts = {digest: prompt.model_dump_json() for digest, prompt in self._prompts.items()}
        await self._shelf.keep({self.current.digest: self.current.model_dump_json(), **prompts})

    async def find(self, playbook: str | None, prompt: str | None = None) -> Playbook:
        """The edition of these digests; what stands on no shelf is the one in use. It keeps its digests.

        Raises:
            EditionUnreadable: wait for a process that can read it.
            What the shelf raises: try again.
        """
        own = self._playbooks.get(playbook or self.current.digest) or await self._read(str(playbook))
        told = self._prompts.get(prompt or self.current.prompt.digest) or await self._read_prompt(str(prompt))
        if own.prompt is told:
            return own
        key = (own.digest, told.digest)
        if key not in self._joined:
            _make_room(self._joined)
            self._joined[key] = _with_prompt(own, told)
        return self._joined[key]

    async def _read(self, digest: str) -> Playbook:
        async with self._reading:
            if (known := self._playbooks.get(digest)) is not None:
                return known
            if (text := await self._shelf.find(digest)) is None:
                return self.current
            found = await asyncio.to_thread(restored, text, digest, self.current)
            _make_room(self._playbooks, self.current.digest)
            self._playbooks[digest] = found
            return found

    async def _read_prompt(self, digest: str) -> Prompt:
        """A prompt names no price, so that any other one may stand in for it."""
        if (text := await self._shelf.find(digest)) is None:
            return self.current.prompt
        try:
            found = Prompt.model_validate_json(text)
        except ValidationError:
            return self.current.prompt
        vars(found)["digest"] = digest
        _make_room(self._prompts, self.current.prompt.digest)
        self._prompts[digest] = found
        return found


def restored(text: str, digest: str, current: Playbook) -> Playbook:
    """The playbook that `model_dump_json` wrote, perhaps in an earlier or a later release.

    What that release did not know yet is told as the playbook in use has it; what this one does not know is
    left out. Nothing of what is offered is made up from another playbook.

    Raises:
        EditionUnreadable: it cannot be read like this.
    """
    raw: dict[str, object] = json.loads(text)
    for part in (raw, *_languages_of(raw)):
        part |= {name: getattr(current, name) for name in (*_SERVED_WITH, "prompt")}
    for _ in range(_MOST_ROUNDS):
        try:
            found = Playbook.model_validate(raw)
        except ValidationError as error:
            for fault in error.errors():
                _mend(raw, fault["loc"], current, is_unknown=fault["type"] == "extra_forbidden")
        else:
            # An earlier release may have worked it out from less.
            vars(found)["digest"] = digest
            return found
    raise EditionUnreadable(f"playbook {digest} cannot be read by this release")


def _languages_of(raw: Mapping[str, object]) -> list[dict[str, object]]:
    languages = raw.get("languages")
    return list(languages.values()) if isinstance(languages, dict) else []


def _mend(raw: object, place: tuple[int | str, ...], current: Playbook, *, is_unknown: bool) -> None:
    """Take out what is not known here, or put in what the playbook in use has at the same place."""
    own = place[2:] if place[:1] == ("languages",) else place
    if not own:
        raise EditionUnreadable("the parts of a playbook contradict each other in this release")
    try:
        *above, last = place
        section = raw
        for step in above:
            section = section[step]  # type: ignore[index]
        if is_unknown:
            del section[last]  # type: ignore[attr-defined]
        elif own[0] in _OFFERED:
            raise EditionUnreadable(f"{'.'.join(map(str, place))} is an offer that this release cannot read")
        else:
            section[last] = _at(current, place)  # type: ignore[index]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise EditionUnreadable(f"{'.'.join(map(str, place))} cannot be read by this release") from error


def _at(found: object, place: tuple[int | str, ...]) -> object:
    for step in place:
        is_member = isinstance(found, Mapping | tuple)
        found = found[step] if is_member else getattr(found, str(step))  # type: ignore[index]
    return found


def _with_prompt(playbook: Playbook, prompt: Prompt) -> Playbook:
    languages = {
        code: each.model_copy(update={"prompt": prompt}) for code, each in playbook.languages.items()
    }
    return playbook.model_copy(update={"prompt": prompt, "languages": languages})


def _make_room(kept: dict[KeyT, PartT], *in_use: KeyT) -> None:
    """Forget the one that was read first."""
    if len(kept) >= _MOST_IN_MEMORY:
        del kept[next(key for key in kept if key not in in_use)]
