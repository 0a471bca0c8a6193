"""A store of translated lines and a translator, as plain objects."""

import asyncio
from collections.abc import Mapping

from chassis.language_model import FailureReason, ModelUnavailable
from chassis.translations import TranslatedLines


class FakeTranslationStore:
    """Translated lines in memory, with the leases of `PostgresTranslations`. `now` is the time in seconds."""

    def __init__(self, *, lease_s: float = 300.0, again_s: float = 86_400.0) -> None:
        self.now = 0.0
        self._lease_s = lease_s
        self._again_s = again_s
        self._rows: dict[tuple[str, str], tuple[str | None, float]] = {}

    async def load(self, language: str) -> Mapping[str, str | None]:
        return {
            digest: text
            for (of, digest), (text, until) in self._rows.items()
            if of == language and (text or until > self.now)
        }

    async def claim(self, language: str, lines: Mapping[str, str]) -> frozenset[str]:
        tried = await self.load(language)
        claimed = frozenset(lines.keys() - tried.keys())
        self._rows |= {(language, digest): (None, self.now + self._lease_s) for digest in claimed}
        return claimed

    async def keep(self, language: str, texts: Mapping[str, str], author: str) -> None:
        kept = {(language, digest): (text, self.now + self._again_s) for digest, text in texts.items()}
        self._rows |= {key: row for key, row in kept.items() if key in self._rows}


class FakeTranslator:
    """The Translator. Puts the language's tag before each line; some it changes, or it fails."""

    def __init__(self, *, instead: Mapping[str, str] | None = None, fails: bool = False) -> None:
        self.fails = fails
        self._instead = instead or {}
        self.asked: list[str] = []
        self.is_free = asyncio.Event()
        self.is_free.set()

    async def translate(self, lines: Mapping[str, str], language: str) -> TranslatedLines:
        self.asked += lines
        await self.is_free.wait()
        if self.fails:
            raise ModelUnavailable(FailureReason.TIMEOUT, "too slow")
        texts = {line: self._instead.get(line, f"({language}) {line}") for line in lines}
        return TranslatedLines(texts=texts, model="m", cost_usd=0.002)
