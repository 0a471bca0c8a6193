"""The playbook in languages it has no file for: each line is translated once and kept."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, Self

import structlog

from chassis.errors import SalesbotError, TransientError, describe
from playbook import Playbook
from playbook.translation import (
    in_translation,
    language_code,
    lines_of,
    lines_of_a_proposal,
    opening_lines,
    purposes_of,
)
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.faithful import is_faithful
from services.dialogue.domain.language import lacks_words_for
from services.dialogue.ports import Ports, TranslationStore, Translator

logger = structlog.get_logger()

# So many letters are translated within the time that a model has for an answer, be it a slow one.
_LETTERS_IN_BATCH: Final = 600
_BATCHES_AT_ONCE: Final = 4
_POLL_S: Final = 0.1
# With fewer of the lines a reply would be half in the one language and half in the other.
_ENOUGH: Final = 0.9
# So long a correction of a text may take to be said.
_FRESH_S: Final = 30.0


async def in_language_of(
    conversation: Conversation, ports: Ports, *, waits_for_opening: bool = False
) -> Ports:
    """The ports with a playbook that has the visitor's language, as far as there are words in it."""
    tag = lacks_words_for(conversation, ports.playbook)
    if tag is None or ports.translations is None:
        return ports
    playbook = await ports.translations.playbook_in(tag, waits_for_opening=waits_for_opening)
    return replace(ports, playbook=playbook)


@dataclass(frozen=True, slots=True)
class _Joined:
    """The playbook with these texts among its languages; until then nothing is read again."""

    texts: Mapping[str, str]
    playbook: Playbook
    fresh_until: float


class KeptTranslations:
    """The Translations port. What is missing is translated in the background, each line by one process alone.

    Only lines of ours are translated, so that a visitor's words are no part of what is kept.
    """

    def __init__(
        self,
        playbook: Playbook,
        store: TranslationStore,
        translator: Translator,
        *,
        opening_wait_s: float = 6.0,
    ) -> None:
        self._playbook = playbook
        self._store = store
        self._translator = translator
        self._opening_wait_s = opening_wait_s
        self._names = (
            playbook.company.name,
            playbook.company.bot_name,
            *(tier.name for tier in playbook.catalogue),
        )
        self._joined: dict[str, _Joined] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._failed: set[str] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    @property
    def is_busy(self) -> bool:
        """Whether lines are being translated in this process."""
        return bool(self._running)

    async def playbook_in(self, tag: str, *, waits_for_opening: bool = False) -> Playbook:
        """The playbook itself while there are too few lines, or where the database does not answer."""
        code, lines = language_code(tag), lines_of(self._playbook)
        if code is None:
            return self._playbook
        known = self._joined.get(code)
        if known is not None and time.monotonic() < known.fresh_until:
            return known.playbook
        try:
            tried = await self._store.load(code)
            if lines.keys() - tried.keys():
                self._start(code)
            if waits_for_opening:
                tried = await self._with_opening(code, tried)
        except TransientError as error:
            logger.warning("translations_not_read", language=code, reason=describe(error))
            return self._playbook
        texts = {digest: text for digest, text in tried.items() if text and digest in lines}
        if not waits_for_opening and len(texts) < _ENOUGH * len(lines):
            return self._playbook
        is_done = not lines.keys() - tried.keys() and None not in tried.values()
        return self._in_words(code, texts, time.monotonic() + _FRESH_S if is_done else 0.0)

    def words_of_a_proposal(self, tag: str) -> Mapping[str, str]:
        """None for a language with a file, and while there are too few."""
        code = language_code(tag) or ""
        known, has_file = self._joined.get(code), code in self._playbook.languages
        if known is None or has_file or len(known.texts) < _ENOUGH * len(lines_of(self._playbook)):
            return {}
        digests = lines_of_a_proposal(self._playbook)
        return {digest: known.texts[digest] for digest in digests if digest in known.texts}

    async def _with_opening(self, code: str, tried: Mapping[str, str | None]) -> Mapping[str, str | None]:
        """Wait, but not for long, until the opening is translated, here or by another process."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._opening_wait_s):
                opening = opening_lines(self._playbook)
                while code not in self._failed and any(tried.get(digest) is None for digest in opening):
                    await asyncio.sleep(_POLL_S)
                    tried = await self._store.load(code)
        return tried

    def _in_words(self, code: str, texts: Mapping[str, str], fresh_until: float) -> Playbook:
        known = self._joined.get(code)
        if known is not None and known.texts == texts:
            # What is worked out from a playbook is remembered for this very object.
            self._joined[code] = replace(known, fresh_until=fresh_until)
            return known.playbook
        joined = self._playbook
        try:
            if texts:
                own = in_translation(self._playbook, code, texts)
                joined = joined.model_copy(update={"languages": {**joined.languages, code: own}})
        except ValueError:
            # Somebody changed a text by hand so that nothing can be filled in.
            logger.exception("translation_not_usable", language=code)
        self._joined[code] = _Joined(texts, joined, fresh_until)
        return joined

    def _start(self, code: str) -> None:
        if code not in self._running:
            self._failed.discard(code)
            self._running[code] = asyncio.create_task(self._translate_all(code), name=code)
            self._running[code].add_done_callback(self._note_end)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task.get_name(), None)
        if not task.cancelled() and (failure := task.exception()) is not None:
            logger.error("translating_failed", language=task.get_name(), reason=describe(failure))

    async def _translate_all(self, code: str) -> None:
        first, *others = batches_of(lines_of(self._playbook), opening_lines(self._playbook))
        await self._translate(code, first)
        at_once = asyncio.Semaphore(_BATCHES_AT_ONCE)

        async def translate(batch: Mapping[str, str]) -> None:
            async with at_once:
                await self._translate(code, batch)

        await asyncio.gather(*map(translate, others))

    async def _translate(self, code: str, batch: Mapping[str, str]) -> None:
        """Translate those lines of a batch that no other process translates, and keep what may be said."""
        try:
            claimed = await self._store.claim(code, batch)
            if not claimed:
                return
            purposes = purposes_of(self._playbook)
            lines = {line: purposes[line] for digest, line in batch.items() if digest in claimed}
            translated = await self._translator.translate(lines, code)
            said = {line: text for line, text in translated.texts.items() if self._may_say(line, text)}
            kept = {digest: said.get(batch[digest], "") for digest in claimed}
            await self._store.keep(code, kept, translated.model)
        except SalesbotError as error:
            # The claim runs out, and the next turn in this language tries again.
            self._failed.add(code)
            logger.warning("not_translated", language=code, reason=describe(error))
            return
        refused = sum(not text for text in kept.values())
        cost_usd = translated.cost_usd
        logger.info("translated", language=code, lines=len(kept), refused=refused, cost_usd=cost_usd)

    def _may_say(self, line: str, text: str) -> bool:
        return is_faithful(line, text, self._names)


def batches_of(lines: Mapping[str, str], first: Sequence[str]) -> Sequence[Mapping[str, str]]:
    """The lines in batches, each of them small; `first` are the digests of the first one."""
    batches = [{digest: lines[digest] for digest in first}, dict[str, str]()]
    for digest, line in lines.items():
        if digest in first:
            continue
        if sum(map(len, batches[-1].values())) + len(line) > _LETTERS_IN_BATCH:
            batches.append({})
        batches[-1][digest] = line
    return batches
