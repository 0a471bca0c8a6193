"""A server that answers with a drink, models that ask it, and a limiter that remembers."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY
from pydantic import SecretStr

from chassis.language_model import LanguageModel, LanguageModelSettings, ModelProfiles, telemetry
from tests.support.fake_openai import FakeOpenAI
from tests.support.language_model import MakeModel, serve
from tests.support.spans import keep_spans
from tests.support.spending import LISTED, RecordingSpendLimiter


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"salesbot_{name}", labels) or 0.0


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    return keep_spans(monkeypatch, telemetry)


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

        def make(*, limiter: Any = None, profiles: Any = None, **settings: object) -> LanguageModel:
            values: dict[str, object] = {"api_key": SecretStr("key"), "base_url": server.base_url}
            given = LanguageModelSettings.model_validate(values | settings)
            model = LanguageModel(given, profiles=profiles or ModelProfiles(LISTED), limiter=limiter)
            stack.push_async_callback(model.close)
            return model

        yield make
