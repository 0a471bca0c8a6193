"""The playbook in languages it has no file for, in the translations that are kept."""

from collections.abc import Mapping
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.language_model import LanguageModel
from chassis.translations import KeptTranslations, ModelTranslator, PostgresTranslations, SourceTexts
from playbook import Playbook
from playbook.faithful import faithful_to
from playbook.translation import (
    language_code,
    lines_of,
    lines_of_a_proposal,
    opening_lines,
    purposes_of,
    speaking_also,
)
from services.dialogue.adapters import tables

logger = structlog.get_logger()

# With fewer of the lines a reply would be half in the one language and half in the other.
_ENOUGH: Final = 0.9


def source_of(playbook: Playbook) -> SourceTexts:
    """The lines of a playbook that are translated."""
    return SourceTexts(
        lines=lines_of(playbook),
        purposes=purposes_of(playbook),
        first=opening_lines(playbook),
        is_faithful=faithful_to(playbook),
    )


def kept_translations(playbook: Playbook, model: LanguageModel, engine: AsyncEngine) -> KeptTranslations:
    """The translations in the database; the model makes what is missing."""
    translator = ModelTranslator(model, playbook.prompt.translation)
    return KeptTranslations(source_of(playbook), PostgresTranslations(engine, tables.translation), translator)


class TranslatedPlaybook:
    """The Translations port."""

    def __init__(self, playbook: Playbook, kept: KeptTranslations) -> None:
        self._playbook = playbook
        self._kept = kept

    async def playbook_in(self, tag: str, *, waits_for_opening: bool = False) -> Playbook:
        """The playbook itself while there are too few lines, or where the database does not answer."""
        code = language_code(tag)
        if code is None:
            return self._playbook
        texts = await self._kept.texts_in(code, waits_for_first=waits_for_opening)
        if not (waits_for_opening or self._are_enough(texts)):
            return self._playbook
        joined = speaking_also(self._playbook, code, texts)
        if texts and joined is self._playbook:
            # Somebody changed a text by hand so that nothing can be filled in.
            logger.error("translation_not_usable", language=code)
        return joined

    def words_of_a_proposal(self, tag: str) -> Mapping[str, str]:
        """None while there are too few, and for a language with a file, of which nothing is kept."""
        texts = self._kept.known_in(language_code(tag) or "")
        if not self._are_enough(texts):
            return {}
        return {digest: texts[digest] for digest in lines_of_a_proposal(self._playbook) if digest in texts}

    def _are_enough(self, texts: Mapping[str, str]) -> bool:
        return len(texts) >= _ENOUGH * len(lines_of(self._playbook))
