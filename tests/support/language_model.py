"""A question for a language model, and one who listens to the answer."""

from __future__ import annotations

import asyncio
from typing import Protocol

import pytest
from pydantic import BaseModel

from chassis.language_model import (
    Brake,
    LanguageModel,
    Message,
    ModelProfiles,
    ModelUnavailable,
    StructuredRequest,
)

TEXT = 'Good day! "Tea" or coffee? ☕ 😀\nTell me\\us.'


class Drink(BaseModel):
    """What the model is to answer with."""

    text: str
    cups: int
    note: str | None


REQUEST = StructuredRequest(
    (Message("system", "Be kind."), Message("user", "Hello?")), Drink, streamed_field="text"
)


class MakeModel(Protocol):
    """Makes a model that asks the test's server, with settings of the test's choice."""

    def __call__(
        self, *, brake: Brake | None = None, profiles: ModelProfiles | None = None, **settings: object
    ) -> LanguageModel: ...


class Listener:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.heard = asyncio.Event()

    async def __call__(self, text: str) -> None:
        self.pieces.append(text)
        self.heard.set()


async def fail(model: LanguageModel, listener: Listener | None = None) -> ModelUnavailable:
    """Ask, and return the failure that must come of it."""
    with pytest.raises(ModelUnavailable) as caught:
        await model.ask(REQUEST, listener or Listener())
    return caught.value
