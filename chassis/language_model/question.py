"""One question to a model: its attempts, its pauses, its fallback and its deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Generic

import aiohttp
import httpx2
import openai
from opentelemetry.trace import Span

from chassis.language_model import telemetry
from chassis.language_model.body import render_body
from chassis.language_model.breaker import State
from chassis.language_model.errors import FailureReason, ModelUnavailable
from chassis.language_model.exchange import Answer, AnswerT, OnText, StructuredRequest, Usage
from chassis.language_model.prices import MICRO, Amount
from chassis.language_model.retries import pause_s, translate
from chassis.language_model.stream import Chunk, Draft, chunks_of
from chassis.language_model.terms import Terms

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
        terms: Terms,
        request: StructuredRequest[AnswerT],
        *,
        on_text: OnText,
        span: Span,
    ) -> None:
        self._client = client
        self._terms = terms
        self._settings = terms.settings
        self._request = request
        self._on_text = on_text
        self._span = span
        self._now = asyncio.get_running_loop().time
        self._asked_at = self._now()
        self._deadline = self._asked_at + self._settings.deadline_s
        self._heard_at: float | None = None
        self._used = Usage(0, 0)
        self._microusd = 0

    async def put(self) -> Answer[AnswerT]:
        """Ask the model, and the fallback model if it said nothing in time.

        Raises:
            ModelUnavailable: none of them gave a usable answer.
        """
        fallback = self._settings.fallback_model
        try:
            return await self._ask_persistently(self._settings.model)
        except ModelUnavailable as failure:
            if fallback is None or self._heard_at is not None or self._now() >= self._deadline:
                raise
            # The other model would be held back by the same missing ledger.
            if failure.reason is FailureReason.SPEND_UNKNOWN:
                raise
        return await self._attempt(fallback)

    async def _ask_persistently(self, model: str) -> Answer[AnswerT]:
        attempt = 1
        while True:
            try:
                return await self._attempt(model)
            except ModelUnavailable as failure:
                wait_s = pause_s(failure, attempt)
                if attempt == self._settings.attempts or not self._may_retry(model, failure, wait_s):
                    raise
            await asyncio.sleep(wait_s)
            attempt += 1

    def _may_retry(self, model: str, failure: ModelUnavailable, wait_s: float) -> bool:
        # That failure may have been the one too many: nobody waits for a model that is left alone.
        if self._terms.breakers[model].state is State.OPEN:
            return False
        # Text that was heard cannot be unsaid by a second attempt that words it otherwise.
        if self._heard_at is not None or not failure.reason.is_passing:
            return False
        # A model that fell silent has used up much of the time: what is left belongs to the fallback.
        if failure.reason is FailureReason.TIMEOUT and self._settings.fallback_model is not None:
            return False
        # Half of what is left must remain for the answer itself.
        return wait_s <= (self._deadline - self._now()) / 2

    async def _attempt(self, model: str) -> Answer[AnswerT]:
        draft = Draft(self._request, self._terms.most_output_tokens(self._request))
        try:
            with self._terms.breakers[model].call():
                value = await self._ask_and_pay(model, draft)
        except ModelUnavailable as failure:
            self._note(model, failure)
            raise
        return self._answer(model, draft, value)

    async def _ask_and_pay(self, model: str, draft: Draft[AnswerT]) -> AnswerT:
        most_output_tokens = self._terms.most_output_tokens(self._request)
        body = render_body(self._request, model, self._settings, most_output_tokens=most_output_tokens)
        most = self._terms.most(model, body, most_output_tokens)
        async with self._terms.brake.hold(most, self._request.conversation_id) as hold:
            try:
                value = await self._listen_in_time(model, body, draft)
            except BaseException as error:
                hold.real = self._charge(model, draft, error)
                raise
            hold.real = self._charge(model, draft)
            return value

    async def _listen_in_time(self, model: str, body: bytes, draft: Draft[AnswerT]) -> AnswerT:
        first_text_by = min(self._now() + self._settings.first_text_s, self._deadline)
        try:
            async with asyncio.timeout_at(first_text_by) as limit:
                return await self._listen(body, draft, limit)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise ModelUnavailable(FailureReason.TIMEOUT, f"{model!r} did not answer in time") from error

    async def _listen(self, body: bytes, draft: Draft[AnswerT], limit: asyncio.Timeout) -> AnswerT:
        async with aclosing(self._stream(body)) as chunks:
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

    async def _stream(self, body: bytes) -> AsyncGenerator[Chunk, None]:
        try:
            response = await self._client.post(
                "/chat/completions",
                cast_to=httpx2.Response,
                content=body,
                options={"headers": UNREAD_RESPONSE, "security": {"bearer_auth": True}},
            )
            async with aclosing(response), aclosing(chunks_of(response)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except TRANSPORT_ERRORS as error:
            raise translate(error) from error

    def _charge(self, model: str, draft: Draft[AnswerT], error: BaseException | None = None) -> Amount:
        """Put on the bill what an attempt used, however it ended."""
        was_turned_away = isinstance(error, ModelUnavailable) and error.reason is not FailureReason.TIMEOUT
        if was_turned_away and not draft.has_begun:
            return Amount(0, 0)
        usage = draft.counted_usage()
        amount = self._terms.prices.amount(model, usage)
        telemetry.record_usage(model, usage, amount)
        self._used += usage
        self._microusd += amount.microusd
        return amount

    def _answer(self, model: str, draft: Draft[AnswerT], value: AnswerT) -> Answer[AnswerT]:
        assert self._heard_at is not None, "an answer was heard, at the latest as a whole"
        return Answer(
            value=value,
            usage=self._used,
            model=draft.model or model,
            time_to_first_chunk_s=self._heard_at - self._asked_at,
            cost_usd=self._microusd / MICRO,
        )

    def _note(self, model: str, failure: ModelUnavailable) -> None:
        """Count a failed attempt, and let the failure carry the bill of all attempts so far."""
        telemetry.record_failure(self._span, model, failure)
        failure.usage = self._used if self._used.tokens else None
        failure.cost_usd = self._microusd / MICRO
