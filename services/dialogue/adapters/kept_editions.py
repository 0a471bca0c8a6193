"""The editions that conversations began with, and the trial of a prompt, in PostgreSQL."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Final, Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.language_model import LanguageModel
from chassis.rollout import Measure, PostgresShelf, PostgresTrials, Tally, Trial
from playbook import Playbook, load_prompt
from playbook import editions as shelved
from services.dialogue.adapters.model_judge import ModelJudge
from services.dialogue.adapters.model_speaker import ModelSpeaker
from services.dialogue.adapters.translated_playbook import TranslatedPlaybook, kept_translations
from services.dialogue.domain.changes import Change
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.trial import DROPPED, REFUSED, counted_in
from services.dialogue.ports import Edition
from services.dialogue.settings import Settings

# Until the prompt in use has shown its own share, one refused sentence in twenty replies is taken for usual.
_MEASURES: Final = (Measure(REFUSED, usual=Tally(1, 20)), Measure(DROPPED))


class KeptEditions:
    """The Editions port. Entering it keeps what is in use, before any conversation begins with it."""

    def __init__(
        self, settings: Settings, playbook: Playbook, engine: AsyncEngine, models: Sequence[LanguageModel]
    ) -> None:
        self._shelf, path = PostgresShelf(engine), settings.prompt_canary_path
        candidate = load_prompt(path) if path is not None else None
        self._settings = settings
        self._editions = shelved.Editions(playbook, self._shelf, candidate=candidate)
        self._trial = Trial(
            PostgresTrials(engine),
            stable=playbook.prompt.digest,
            candidate=candidate.digest if candidate is not None else None,
            share=settings.prompt_canary_share,
            measures=_MEASURES,
        )
        self._engine, (self._model, self._judge) = engine, models
        self._made: dict[tuple[str, str], Edition] = {}
        self._translating = AsyncExitStack()
        self.look = self._trial.look

    async def __aenter__(self) -> Self:
        await self._shelf.ready(self._settings)
        await self._editions.keep()
        await self._trial.look()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._translating.aclose()

    async def edition_of(self, conversation_id: UUID, begun: Conversation | None) -> Edition:
        """Held in memory by its digests."""
        prompt = begun.prompt if begun is not None else self._trial.version_for(conversation_id)
        allowed = prompt if prompt is not None and self._trial.may_go_on(prompt) else None
        playbook = await self._editions.find(begun.playbook if begun is not None else None, allowed)
        key = playbook.digest, playbook.prompt.digest
        if key not in self._made:
            self._made[key] = await self._make(playbook)
        return self._made[key]

    def count(self, change: Change) -> None:
        """Of the prompt that the conversation is told by."""
        for measure, faults in counted_in(change):
            self._trial.count(str(change.conversation.prompt), measure, faults=faults)

    async def _make(self, playbook: Playbook) -> Edition:
        if not self._settings.language_model.is_configured:
            return Edition(playbook=playbook)
        kept = kept_translations(playbook, self._model, self._engine)
        return Edition(
            playbook=playbook,
            speaker=ModelSpeaker(self._model, playbook),
            translations=TranslatedPlaybook(playbook, await self._translating.enter_async_context(kept)),
            judge=ModelJudge(self._judge, playbook),
        )
