"""A server that answers with a drink, and models that ask it."""

import os
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from chassis.language_model import LanguageModel, LanguageModelSettings, ModelProfiles, SpendLimiter
from tests.support.fake_openai import FakeOpenAI
from tests.support.language_model import MakeModel, serve
from tests.support.spending import LISTED


@pytest.fixture(autouse=True)
def _without_settings_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("OPENAI_")]:
        monkeypatch.delenv(name)


@pytest.fixture
async def server() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI(responder=serve) as server:
        yield server


@pytest.fixture
async def make_model(server: FakeOpenAI) -> AsyncIterator[MakeModel]:
    made: list[LanguageModel] = []

    def make(
        *, limiter: SpendLimiter | None = None, profiles: ModelProfiles | None = None, **settings: object
    ) -> LanguageModel:
        values: dict[str, object] = {"api_key": SecretStr("key"), "base_url": server.base_url}
        given = LanguageModelSettings.model_validate(values | settings)
        made.append(LanguageModel(given, profiles=profiles or ModelProfiles(LISTED), limiter=limiter))
        return made[-1]

    yield make
    for model in made:
        await model.close()
