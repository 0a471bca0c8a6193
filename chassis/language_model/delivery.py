"""Delivers an answer while it is streamed: first the fields before its text, then the text."""

from __future__ import annotations

import asyncio
from typing import Generic

from chassis.language_model.draft import Draft
from chassis.language_model.exchange import AnswerT, OnFields, OnText


class DeliveredText:
    """The text delivered to the caller, over all attempts."""

    def __init__(self, on_text: OnText) -> None:
        self.since: float | None = None
        self._on_text = on_text
        self._text = ""

    async def add(self, text: str) -> None:
        """Deliver the next piece of text."""
        if self.since is None:
            self.since = asyncio.get_running_loop().time()
        if text:
            self._text += text
            await self._on_text(text)

    async def complete(self, whole: str) -> None:
        """Deliver the missing end of the whole text; nothing if other text was delivered before."""
        if self.since is None or (whole.startswith(self._text) and len(whole) > len(self._text)):
            await self.add(whole.removeprefix(self._text))


class Delivery(Generic[AnswerT]):
    """Delivers one attempt's answer in order: the fields before the text, then the text.

    Text waits for the fields; where a server sends them after the text, both are delivered at the end.
    """

    def __init__(
        self, draft: Draft[AnswerT], on_fields: OnFields[AnswerT] | None, delivered: DeliveredText
    ) -> None:
        self.ended_with: AnswerT | None = None
        self._draft = draft
        self._on_fields = on_fields
        self._delivered = delivered
        self._is_open = on_fields is None
        self._is_held = False

    async def add(self, text: str) -> None:
        """Deliver the next piece of text, and the fields before the first one."""
        if not self._is_open and not self._is_held and self._draft.has_reached_text:
            beginning = self._draft.beginning()
            self._is_held = beginning is None
            if beginning is not None:
                await self._deliver_fields(beginning)
        if text and self._is_open:
            await self._delivered.add(text)

    async def complete(self, value: AnswerT, streamed_field: str) -> None:
        """Deliver what is missing of the whole answer."""
        if not self._is_open:
            await self._deliver_fields(value.model_copy(update={streamed_field: ""}))
        if self._is_open:
            await self._delivered.complete(getattr(value, streamed_field))

    async def _deliver_fields(self, beginning: AnswerT) -> None:
        assert self._on_fields is not None, "without on_fields text is delivered from the start"
        self._is_open = await self._on_fields(beginning)
        if not self._is_open:
            self.ended_with = beginning
