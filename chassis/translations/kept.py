"""Gives the texts of a language, and has translated in the background what is missing."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol, Self

import structlog

from chassis.errors import SalesbotError, TransientError, describe
from chassis.translations.model_translator import TranslatedLines

logger = structlog.get_logger()

# So many letters are translated within the time that a model has for an answer, be it a slow one.
_LETTERS_IN_BATCH: Final = 600
_BATCHES_AT_ONCE: Final = 4
_POLL_S: Final = 0.1
# So long a correction of a text may take to be said.
_FRESH_S: Final = 30.0


class Translator(Protocol):
    """Puts lines of ours into another language."""

    async def translate(self, lines: Mapping[str, str], language: str) -> TranslatedLines:
        """Translate lines, each with what it is for; whether a text may be said is not judged here.

        Raises:
            TransientError: no usable answer.
        """


class TranslationStore(Protocol):
    """Translated lines by language and digest, kept for good and shared by all processes."""

    async def load(self, language: str) -> Mapping[str, str | None]:
        """Every line that was tried: its text, "" where none may be said, None while it is being made.

        Raises:
            DatabaseUnavailable: try again.
        """

    async def claim(self, language: str, lines: Mapping[str, str]) -> frozenset[str]:
        """The digests of those lines that the caller alone is to translate now, for a while.

        Raises:
            DatabaseUnavailable: nothing was claimed, or what was is free again after a while.
        """

    async def keep(self, language: str, texts: Mapping[str, str], author: str) -> None:
        """Keep the texts of lines that were claimed once, in place of any others. Safe to repeat.

        Raises:
            DatabaseUnavailable: nothing was kept; try again.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTexts:
    """What is translated: lines by their digests, and what each line is for.

    The lines of the digests `first` are wanted before the others. `is_faithful` says whether a translation of
    a line may be said.
    """

    lines: Mapping[str, str]
    purposes: Mapping[str, str]
    first: Sequence[str]
    is_faithful: Callable[[str, str], bool]

    @property
    def batches(self) -> Sequence[Mapping[str, str]]:
        """The lines in batches, each of them small."""
        batches = [{digest: self.lines[digest] for digest in self.first}, dict[str, str]()]
        for digest, line in self.lines.items():
            if digest in self.first:
                continue
            if sum(map(len, batches[-1].values())) + len(line) > _LETTERS_IN_BATCH:
                batches.append({})
            batches[-1][digest] = line
        return batches


class KeptTranslations:
    """The texts of one source in any language. An async context manager: leaving it ends the background work.

    Only lines of ours are translated, so that nobody else's words are part of what is kept. Whoever asks for
    the first lines waits for them `first_wait_s` at most.
    """

    def __init__(
        self,
        source: SourceTexts,
        store: TranslationStore,
        translator: Translator,
        *,
        first_wait_s: float = 6.0,
    ) -> None:
        self._source = source
        self._store = store
        self._translator = translator
        self._first_wait_s = first_wait_s
        self._known: dict[str, tuple[Mapping[str, str], float]] = {}
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

    def known_in(self, language: str) -> Mapping[str, str]:
        """What `texts_in` gave last."""
        return self._known.get(language, ({}, 0.0))[0]

    async def texts_in(self, language: str, *, waits_for_first: bool = False) -> Mapping[str, str]:
        """The translated lines by their digests, as many as there are. Never fails."""
        texts, fresh_until = self._known.get(language, ({}, 0.0))
        if time.monotonic() < fresh_until:
            return texts
        lines = self._source.lines
        try:
            tried = await self._store.load(language)
            if lines.keys() - tried.keys():
                self._start(language)
            if waits_for_first:
                tried = await self._with_first(language, tried)
        except TransientError as error:
            logger.warning("translations_not_read", language=language, reason=describe(error))
            return texts
        texts = {digest: text for digest, text in tried.items() if text and digest in lines}
        is_done = not lines.keys() - tried.keys() and None not in tried.values()
        self._known[language] = texts, time.monotonic() + _FRESH_S if is_done else 0.0
        return texts

    async def _with_first(self, language: str, tried: Mapping[str, str | None]) -> Mapping[str, str | None]:
        """Wait, but not for long, until the first lines are translated, here or by another process."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._first_wait_s):
                while language not in self._failed and any(
                    tried.get(digest) is None for digest in self._source.first
                ):
                    await asyncio.sleep(_POLL_S)
                    tried = await self._store.load(language)
        return tried

    def _start(self, language: str) -> None:
        if language not in self._running:
            self._failed.discard(language)
            self._running[language] = asyncio.create_task(self._translate_all(language), name=language)
            self._running[language].add_done_callback(self._note_end)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task.get_name(), None)
        if not task.cancelled() and (failure := task.exception()) is not None:
            logger.error("translating_failed", language=task.get_name(), reason=describe(failure))

    async def _translate_all(self, language: str) -> None:
        first, *others = self._source.batches
        await self._translate(language, first)
        at_once = asyncio.Semaphore(_BATCHES_AT_ONCE)

        async def translate(batch: Mapping[str, str]) -> None:
            async with at_once:
                await self._translate(language, batch)

        await asyncio.gather(*map(translate, others))

    async def _translate(self, language: str, batch: Mapping[str, str]) -> None:
        """Translate those lines of a batch that no other process translates, and keep what may be said."""
        try:
            claimed = await self._store.claim(language, batch)
            if not claimed:
                return
            purposes = self._source.purposes
            lines = {line: purposes[line] for digest, line in batch.items() if digest in claimed}
            translated = await self._translator.translate(lines, language)
            texts = translated.texts
            said = {line: text for line, text in texts.items() if self._source.is_faithful(line, text)}
            kept = {digest: said.get(batch[digest], "") for digest in claimed}
            await self._store.keep(language, kept, translated.model)
        except SalesbotError as error:
            # The claim runs out, and whoever asks next for this language tries again.
            self._failed.add(language)
            logger.warning("not_translated", language=language, reason=describe(error))
            return
        refused = sum(not text for text in kept.values())
        cost_usd = translated.cost_usd
        logger.info("translated", language=language, lines=len(kept), refused=refused, cost_usd=cost_usd)
