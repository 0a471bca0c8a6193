"""A question for a language model, and one who listens to the answer."""

import asyncio
from collections.abc import Callable

import pytest
from pydantic import BaseModel

from chassis.language_model import Answer, LanguageModel, Message, ModelUnavailable, StructuredRequest
from tests.support.fake_openai.answers import Json

TEXT = 'Good day! "Tea" or coffee? ☕ 😀\nTell me\\us.'


class Drink(BaseModel):
    """What the model is to answer with."""

    text: str
    cups: int
    note: str | None


DRINK = {"text": TEXT, "cups": 2, "note": None}
REQUEST = StructuredRequest(
    (Message("system", "Be kind."), Message("user", "Hello?")), Drink, streamed_field="text"
)


class Order(BaseModel):
    """What the model understood, and then says."""

    drinks: list[str]
    note: str | None
    text: str


ORDER = StructuredRequest(REQUEST.messages, Order, streamed_field="text")
ORDERED = {"drinks": ["tea", "coffee"], "note": None, "text": TEXT}
UNDERSTOOD = Order(drinks=["tea", "coffee"], note=None, text="")


def serve(body: Json) -> Json:
    """What a server answers: an order where the request says what one is, else a drink."""
    return ORDERED if "drinks" in str(body) else DRINK


# Makes a model that asks the test's server, with a limiter, profiles and settings of the test's choice.
MakeModel = Callable[..., LanguageModel]


class Listener:
    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.heard = asyncio.Event()

    async def __call__(self, text: str) -> None:
        self.pieces.append(text)
        self.heard.set()


class Waiter:
    """Takes an order: keeps in which order its parts come, and goes on unless told otherwise."""

    def __init__(self, *, goes_on: bool = True, failure: Exception | None = None) -> None:
        self.taken: list[Order | str] = []
        self._goes_on = goes_on
        self._failure = failure

    async def take_fields(self, order: Order) -> bool:
        self.taken.append(order)
        if self._failure is not None:
            raise self._failure
        return self._goes_on

    async def take_text(self, text: str) -> None:
        self.taken.append(text)

    async def ask(self, model: LanguageModel) -> Answer[Order]:
        return await model.ask(ORDER, self.take_text, on_fields=self.take_fields)

    @property
    def orders(self) -> list[Order]:
        """The fields, once for each attempt that came so far."""
        return [each for each in self.taken if isinstance(each, Order)]

    @property
    def text(self) -> str:
        return "".join(each for each in self.taken if isinstance(each, str))


async def fail(model: LanguageModel, listener: Listener | None = None) -> ModelUnavailable:
    """Ask, and return the failure that must come of it."""
    with pytest.raises(ModelUnavailable) as caught:
        await model.ask(REQUEST, listener or Listener())
    return caught.value
