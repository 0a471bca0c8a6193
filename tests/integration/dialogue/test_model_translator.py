"""The model translator with a real client: what it costs is the conversation's, answered or not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from chassis.language_model import FailureReason, LanguageModel, LanguageModelSettings, ModelProfiles
from services.dialogue.adapters.model_translator import ModelTranslator
from services.dialogue.errors import SpeakerUnavailable
from tests.support.fake_openai import FakeOpenAI
from tests.support.playbooks import SHIPPED
from tests.support.spending import LISTED, RecordingSpendLimiter
from tests.support.talks import CONVERSATION


@asynccontextmanager
async def a_translator(limiter: RecordingSpendLimiter) -> AsyncIterator[ModelTranslator]:
    async with FakeOpenAI(responder=lambda _: {"text": " Eccola. "}) as server:
        settings = LanguageModelSettings(
            api_key=SecretStr("key"), base_url=server.base_url, attempts=1, fallback_model=None
        )
        async with LanguageModel(settings, profiles=ModelProfiles(LISTED), limiter=limiter) as model:
            yield ModelTranslator(model, SHIPPED.prompt)


async def test_a_translation_is_charged_to_its_conversation() -> None:
    limiter = RecordingSpendLimiter()

    async with a_translator(limiter) as translator:
        said = await translator.translate("Here it is.", "it", CONVERSATION)

    assert said.text == "Eccola."
    assert said.cost_usd > 0
    assert limiter.conversations == [CONVERSATION]


async def test_at_a_cap_nothing_is_translated() -> None:
    limiter = RecordingSpendLimiter(forbidden={1: FailureReason.SPEND_CAP})

    async with a_translator(limiter) as translator:
        with pytest.raises(SpeakerUnavailable) as lost:
            await translator.translate("Here it is.", "it", CONVERSATION)

    assert (lost.value.reason, lost.value.cost_usd) == ("spend_cap", 0.0)
