"""One request to one model, whose answer is read while it is streamed, within a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final, Generic

import httpx2
import openai

from chassis.language_model.delivery import Delivery
from chassis.language_model.draft import Draft
from chassis.language_model.errors import FailureReason, ModelUnavailable
from chassis.language_model.events import BROKEN_CONNECTION, Event, events_of
from chassis.language_model.exchange import AnswerT, StructuredRequest
from chassis.language_model.retries import translate

# The client hands the response over unread on this header, as its `with_streaming_response` does. Going below
# that method saves its walk over the whole body, which costs more than all the rest of a call.
UNREAD_RESPONSE: Final = {"X-Stainless-Raw-Response": "stream", "Content-Type": "application/json"}

# A timeout of ours reaches the transport as a cancellation, so a TimeoutError among these is the transport's.
TRANSPORT_ERRORS: Final = (openai.OpenAIError, *BROKEN_CONNECTION)

# An answer that is finished waits so long for its token counts and its end mark.
COUNTS_WITHIN_S: Final = 1.0


class Attempt(Generic[AnswerT]):
    """Used for one request; `draft` has what was received, however it ends."""

    def __init__(
        self,
        client: openai.AsyncOpenAI,
        request: StructuredRequest[AnswerT],
        draft: Draft[AnswerT],
        delivery: Delivery[AnswerT],
    ) -> None:
        self._client = client
        self._request = request
        self._draft = draft
        self._delivery = delivery

    async def answer(self, model: str, body: bytes, *, begun_by: float, deadline: float) -> AnswerT:
        """Send `body`; deliver the answer while it is streamed, and return the whole.

        Raises:
            ModelUnavailable: there is no usable answer.
        """
        try:
            async with asyncio.timeout_at(min(begun_by, deadline)) as limit:
                async with aclosing(self._events(model, body)) as events:
                    await self._read(events, limit, deadline)
                if self._delivery.ended_with is not None:
                    return self._delivery.ended_with
                value = self._draft.finish()
                await self._delivery.complete(value, self._request.streamed_field)
                return self._delivery.ended_with or value
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise ModelUnavailable(FailureReason.TIMEOUT, f"{model!r} did not answer in time") from error

    async def _read(
        self, events: AsyncGenerator[Event, None], limit: asyncio.Timeout, deadline: float
    ) -> None:
        now, has_begun = asyncio.get_running_loop().time, False
        try:
            async with asyncio.timeout(None) as patience:
                async for event in events:
                    text = self._draft.take(event)
                    if not has_begun and self._draft.is_being_written:
                        has_begun = True
                        limit.reschedule(deadline)
                    await self._delivery.add(text)
                    if self._delivery.ended_with is not None:
                        return
                    if self._draft.finish_reason and patience.when() is None:
                        patience.reschedule(now() + COUNTS_WITHIN_S)
        except TimeoutError:
            if not patience.expired():
                raise

    async def _events(self, model: str, body: bytes) -> AsyncGenerator[Event, None]:
        try:
            response = await self._client.post(
                "/chat/completions",
                cast_to=httpx2.Response,
                content=body,
                options={"headers": UNREAD_RESPONSE, "security": {"bearer_auth": True}},
            )
            async with aclosing(response), aclosing(events_of(response)) as events:
                async for event in events:
                    yield event
        except TRANSPORT_ERRORS as error:
            # The answer is whole; only what would have ended it is missing.
            if not self._draft.finish_reason:
                raise translate(error, model) from error
