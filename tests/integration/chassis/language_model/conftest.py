"""A server that answers with a drink, models that ask it, and a limiter that remembers."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from pydantic import SecretStr

from chassis.language_model import LanguageModel, LanguageModelSettings, ModelProfiles, SpendLimiter
from tests.support.fake_openai import FakeOpenAI
from tests.support.language_model import MakeModel, serve
from tests.support.spending import LISTED, RecordingSpendLimiter


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeOpenAI]:
    for name in [name for name in os.environ if name.startswith("OPENAI_")]:
        monkeypatch.delenv(name)
    async with FakeOpenAI(responder=serve) as server:
        yield server


@pytest.fixture
def limiter() -> RecordingSpendLimiter:
    return RecordingSpendLimiter()


@pytest.fixture
async def make_model(server: FakeOpenAI) -> AsyncIterator[MakeModel]:
    async with AsyncExitStack() as stack:

        def make(
            *, limiter: SpendLimiter | None = None, profiles: ModelProfiles | None = None, **settings: object
        ) -> LanguageModel:
            values: dict[str, object] = {"api_key": SecretStr("key"), "base_url": server.base_url}
            given = LanguageModelSettings.model_validate(values | settings)
            model = LanguageModel(given, profiles=profiles or ModelProfiles(LISTED), limiter=limiter)
            stack.push_async_callback(model.close)
            return model

        yield make
