"""The model translator with a real client: what it costs is the day's and no conversation's."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from chassis.language_model import (
    FailureReason,
    LanguageModel,
    LanguageModelSettings,
    ModelProfiles,
    ModelUnavailable,
)
from chassis.translations import ModelTranslator
from tests.support.fake_openai import FakeOpenAI
from tests.support.spending import LISTED, RecordingSpendLimiter


@asynccontextmanager
async def a_translator(
    limiter: RecordingSpendLimiter, answer: Mapping[str, Any]
) -> AsyncIterator[ModelTranslator]:
    async with FakeOpenAI(responder=lambda _: dict(answer)) as server:
        settings = LanguageModelSettings(
            api_key=SecretStr("key"), base_url=server.base_url, attempts=1, fallback_model=None
        )
        async with LanguageModel(settings, profiles=ModelProfiles(LISTED), limiter=limiter) as model:
            yield ModelTranslator(model, "Translate into {language}.")


async def test_lines_come_back_by_their_numbers_at_the_days_expense() -> None:
    lines = [{"number": 1, "text": " Twee. "}, {"number": 0, "text": "Een."}, {"number": 7, "text": "Zeven."}]
    limiter = RecordingSpendLimiter()

    async with a_translator(limiter, {"lines": lines, "language": "nl"}) as translator:
        said = await translator.translate(dict.fromkeys(["One.", "Two.", "Three."], "a greeting"), "nl")

    assert said.texts == {"One.": "Een.", "Two.": "Twee."}
    assert said.cost_usd > 0
    assert limiter.conversations == [None]


async def test_at_a_cap_nothing_is_translated() -> None:
    limiter = RecordingSpendLimiter(forbidden={1: FailureReason.SPEND_CAP})

    async with a_translator(limiter, {"lines": [], "language": "nl"}) as translator:
        with pytest.raises(ModelUnavailable) as lost:
            await translator.translate({"Here it is.": "a label"}, "it")

    assert (lost.value.reason, lost.value.cost_usd) == ("spend_cap", 0.0)
