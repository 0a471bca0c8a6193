"""One question to a model: its attempts, its pauses, its fallback and its deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Generic

import aiohttp
import httpx2
import openai
import orjson
from opentelemetry.trace import Span

from chassis.language_model import telemetry
from chassis.language_model.errors import FailureReason, ModelUnavailable
from chassis.language_model.exchange import Answer, AnswerT, OnText, StructuredRequest, Usage
from chassis.language_model.retries import pause_s, translate
from chassis.language_model.schema import response_format
from chassis.language_model.settings import LanguageModelSettings
from chassis.language_model.stream import Chunk, Draft, chunks_of

# The client hands the response over unread on this header, as its `with_streaming_response` does. Going below
# that method saves its walk over the whole body, which costs more than all the rest of a call.
UNREAD_RESPONSE = {"X-Stainless-Raw-Response": "stream", "Content-Type": "application/json"}

# A timeout of ours reaches the transport as a cancellation, so a TimeoutError among these is the transport's.
TRANSPORT_ERRORS = (openai.OpenAIError, httpx2.RequestError, aiohttp.ClientError, OSError)


class Question(Generic[AnswerT]):
    """Put once; it keeps what its attempts share: the deadline, the bill, and whether text was heard."""

    def __init__(
        self,
        client: openai.AsyncOpenAI,
        settings: LanguageModelSettings,
        request: StructuredRequest[AnswerT],
        *,
        on_text: OnText,
        span: Span,
    ) -> None:
        self._client = client
        self._settings = settings
        self._request = request
        self._on_text = on_text
        self._span = span
        self._now = asyncio.get_running_loop().time
        self._asked_at = self._now()
        self._deadline = self._asked_at + settings.deadline_s
        self._heard_at: float | None = None
        self._charged: Usage | None = None

    async def put(self) -> Answer[AnswerT]:
        """Ask the model, and the fallback model if it said nothing in time.

        Raises:
            ModelUnavailable: none of them gave a usable answer.
        """
        fallback = self._settings.fallback_model
        try:
            return await self._ask_persistently(self._settings.model)
        except ModelUnavailable:
            if fallback is None or self._heard_at is not None or self._now() >= self._deadline:
                raise
        return await self._attempt(fallback)

    async def _ask_persistently(self, model: str) -> Answer[AnswerT]:
        attempt = 1
        while True:
            try:
                return await self._attempt(model)
            except ModelUnavailable as failure:
                wait_s = pause_s(failure, attempt)
                if attempt == self._settings.attempts or not self._may_retry(failure, wait_s):
                    raise
            await asyncio.sleep(wait_s)
            attempt += 1

    def _may_retry(self, failure: ModelUnavailable, wait_s: float) -> bool:
        # Text that was heard cannot be unsaid by a second attempt that words it otherwise.
        if self._heard_at is not None or not failure.reason.is_passing:
            return False
        # A model that fell silent has used up much of the time: what is left belongs to the fallback.
        if failure.reason is FailureReason.TIMEOUT and self._settings.fallback_model is not None:
            return False
        # Half of what is left must remain for the answer itself.
        return wait_s <= (self._deadline - self._now()) / 2

    async def _attempt(self, model: str) -> Answer[AnswerT]:
        draft = Draft(self._request)
        first_text_by = min(self._now() + self._settings.first_text_s, self._deadline)
        try:
            async with asyncio.timeout_at(first_text_by) as limit:
                value = await self._listen(model, draft, limit)
        except TimeoutError as error:
            if not limit.expired():
                raise
            failure = ModelUnavailable(FailureReason.TIMEOUT, f"{model!r} did not answer in time")
            self._note(model, failure)
            raise failure from error
        except ModelUnavailable as failure:
            self._note(model, failure)
            raise
        return self._bill(model, draft, value)

    async def _listen(self, model: str, draft: Draft[AnswerT], limit: asyncio.Timeout) -> AnswerT:
        async with aclosing(self._stream(model)) as chunks:
            async for chunk in chunks:
                if text := draft.take(chunk):
                    await self._hear(text, limit)
        value = draft.finish()
        if self._heard_at is None:
            # The server wrote the fields in another order than it was told.
            await self._hear(getattr(value, self._request.streamed_field), limit)
        return value

    async def _hear(self, text: str, limit: asyncio.Timeout) -> None:
        if self._heard_at is None:
            self._heard_at = self._now()
            limit.reschedule(self._deadline)
        if text:
            await self._on_text(text)

    async def _stream(self, model: str) -> AsyncGenerator[Chunk, None]:
        try:
            response = await self._client.post(
                "/chat/completions",
                cast_to=httpx2.Response,
                content=render_body(self._request, model, self._settings),
                options={"headers": UNREAD_RESPONSE, "security": {"bearer_auth": True}},
            )
            async with aclosing(response), aclosing(chunks_of(response)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except TRANSPORT_ERRORS as error:
            raise translate(error) from error

    def _bill(self, model: str, draft: Draft[AnswerT], value: AnswerT) -> Answer[AnswerT]:
        usage = draft.counted_usage()
        telemetry.record_usage(model, usage)
        assert self._heard_at is not None, "an answer was heard, at the latest as a whole"
        return Answer(
            value=value,
            usage=usage + self._charged if self._charged else usage,
            model=draft.model or model,
            time_to_first_chunk_s=self._heard_at - self._asked_at,
        )

    def _note(self, model: str, failure: ModelUnavailable) -> None:
        """Count a failed attempt, and let the failure carry the bill of all attempts so far."""
        telemetry.record_failure(self._span, model, failure)
        if failure.usage is not None:
            self._charged = failure.usage + self._charged if self._charged else failure.usage
        failure.usage = self._charged


def render_body(request: StructuredRequest[AnswerT], model: str, settings: LanguageModelSettings) -> bytes:
    """The request as JSON.

    Raises:
        UnusableSchema: the schema cannot be demanded.
    """
    body: dict[str, Any] = {
        "model": model,
        "messages": request.messages,
        "response_format": response_format(request.schema, request.streamed_field),
        "max_completion_tokens": request.max_output_tokens or settings.max_output_tokens,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    # Some models refuse any temperature but their own.
    if settings.temperature is not None:
        body["temperature"] = settings.temperature
    return orjson.dumps(body)
