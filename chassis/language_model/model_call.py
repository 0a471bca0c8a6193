"""One call of a model: its attempts, pauses, fallback and deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Set
from typing import Final, Generic

import openai
from opentelemetry.trace import Span

from chassis.language_model import telemetry
from chassis.language_model.attempt import Attempt
from chassis.language_model.body import render_body
from chassis.language_model.circuit_breaker import State
from chassis.language_model.delivery import DeliveredText, Delivery
from chassis.language_model.draft import Draft
from chassis.language_model.errors import FailureReason, ModelUnavailable, RequestRefused
from chassis.language_model.exchange import Answer, AnswerT, OnFields, OnText, StructuredRequest, Usage
from chassis.language_model.parameters import adapted, with_fewer_parameters
from chassis.language_model.policy import ModelCallPolicy
from chassis.language_model.prices import MICRO, Amount
from chassis.language_model.retries import pause_s
from chassis.language_model.schema import fields_before
from contracts.language_models import ModelParameters

MAX_ADAPTATIONS: Final = 12


class ModelCall(Generic[AnswerT]):
    """Runs once; holds what its attempts share: the deadline, the cost, and the delivered text."""

    def __init__(
        self,
        client: openai.AsyncOpenAI,
        policy: ModelCallPolicy,
        request: StructuredRequest[AnswerT],
        *,
        on_text: OnText,
        on_fields: OnFields[AnswerT] | None = None,
        span: Span,
    ) -> None:
        if on_fields is not None:
            fields_before(request.schema, request.streamed_field)
        self._client = client
        self._policy = policy
        self._settings = policy.settings
        self._request = request
        self._delivered = DeliveredText(on_text)
        self._on_fields = on_fields
        self._span = span
        self._now = asyncio.get_running_loop().time
        self._asked_at = self._now()
        self._deadline = self._asked_at + self._settings.deadline_s
        self._used = Usage(0, 0)
        self._microusd = 0

    async def run(self) -> Answer[AnswerT]:
        """Ask the model, and another one if it said nothing in time or is gone.

        Raises:
            ModelUnavailable: none of them gave a usable answer.
        """
        model = self._policy.first_model()
        asked = {model}
        try:
            return await self._ask_persistently(model)
        except ModelUnavailable as failure:
            last = failure
        while (model := self._next_model(model, last) or "") and model not in asked:
            asked.add(model)
            try:
                return await self._attempt(model)
            except ModelUnavailable as failure:
                last = failure
        raise last

    def _next_model(self, model: str, failure: ModelUnavailable) -> str | None:
        if self._delivered.since is not None or self._now() >= self._deadline:
            return None
        if failure.reason is FailureReason.MODEL_GONE:
            return self._policy.replacement(model)
        # The fallback would be refused too, because what is spent is unknown.
        return None if failure.reason is FailureReason.SPEND_UNKNOWN else self._settings.fallback_model

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
        # The failure may have opened the circuit breaker.
        if self._policy.breaker(model).state is State.OPEN:
            return False
        # Text that was delivered cannot be replaced by a second attempt with other words.
        if self._delivered.since is not None or not failure.reason.is_passing:
            return False
        # After a timeout the remaining time is for the fallback.
        if failure.reason is FailureReason.TIMEOUT and self._settings.fallback_model is not None:
            return False
        # Half of what is left must remain for the answer itself.
        return wait_s <= (self._deadline - self._now()) / 2

    async def _attempt(self, model: str) -> Answer[AnswerT]:
        try:
            with self._policy.breaker(model).call():
                answer = await self._ask_adapting_parameters(model)
        except ModelUnavailable as failure:
            if failure.reason is FailureReason.MODEL_GONE:
                self._policy.gone.add(model, fallback=self._policy.replacement(model))
            self._note(model, failure)
            raise
        self._policy.gone.discard(model)
        return answer

    async def _ask_adapting_parameters(self, model: str) -> Answer[AnswerT]:
        """Ask; when the server refuses a parameter, ask again without it."""
        first = parameters = self._policy.parameters(model)
        tried = {first}
        for _ in range(MAX_ADAPTATIONS):
            try:
                answer = await self._ask_within_caps(model, parameters)
            except RequestRefused as refused:
                if refused.reason is FailureReason.MODEL_GONE or self._now() >= self._deadline:
                    raise
                parameters = self._adapted(model, parameters, refused, tried)
                tried.add(parameters)
            else:
                # Guessed parameters are remembered once they have worked.
                if parameters != first:
                    self._policy.known.remember(model, first, parameters)
                return answer
        raise ModelUnavailable(FailureReason.MISCONFIGURED, "the server refuses the request in every form")

    def _adapted(
        self, model: str, sent: ModelParameters, refused: RequestRefused, tried: Set[ModelParameters]
    ) -> ModelParameters:
        if named := adapted(sent, refused.refusal, tried):
            self._policy.known.remember(model, sent, named)
            return named
        if refused.refusal.is_of_a_missing_model:
            refused.reason = FailureReason.MODEL_GONE
        elif refused.refusal.is_unexplained and (guess := with_fewer_parameters(sent)):
            return guess
        raise refused

    async def _ask_within_caps(self, model: str, parameters: ModelParameters) -> Answer[AnswerT]:
        max_output_tokens = self._policy.max_output_tokens(self._request)
        draft = Draft(self._request, max_output_tokens)
        body = render_body(
            self._request,
            model,
            parameters,
            temperature=self._settings.temperature,
            max_output_tokens=max_output_tokens,
        )
        max_amount = self._policy.max_amount(model, body, max_output_tokens)
        async with self._policy.limiter.reserve(max_amount, self._request.conversation_id) as reservation:
            try:
                value = await self._send(model, body, draft)
            except BaseException as error:
                reservation.used = self._charge(model, draft, error)
                raise
            reservation.used = self._charge(model, draft)
            return self._answer(model, draft, value)

    async def _send(self, model: str, body: bytes, draft: Draft[AnswerT]) -> AnswerT:
        delivery = Delivery(draft, self._on_fields, self._delivered)
        attempt = Attempt(self._client, self._request, draft, delivery)
        begun_by = self._now() + self._settings.first_text_s
        return await attempt.answer(model, body, begun_by=begun_by, deadline=self._deadline)

    def _charge(self, model: str, draft: Draft[AnswerT], error: BaseException | None = None) -> Amount:
        """Add what an attempt used to the cost, however it ended."""
        was_refused = isinstance(error, ModelUnavailable) and error.reason is not FailureReason.TIMEOUT
        if was_refused and not draft.has_begun:
            return Amount(0, 0)
        usage = draft.counted_usage()
        amount = self._policy.profiles.amount(model, usage)
        telemetry.record_usage(model, usage, amount)
        self._used += usage
        self._microusd += amount.microusd
        return amount

    def _answer(self, model: str, draft: Draft[AnswerT], value: AnswerT) -> Answer[AnswerT]:
        delivered_at = self._delivered.since or self._now()
        return Answer(
            value=value,
            usage=self._used,
            model=draft.model or model,
            time_to_first_chunk_s=delivered_at - self._asked_at,
            cost_usd=self._microusd / MICRO,
        )

    def _note(self, model: str, failure: ModelUnavailable) -> None:
        """Count a failed attempt, and add the usage and cost of all attempts to the failure."""
        telemetry.record_failure(self._span, model, failure)
        failure.usage = self._used if self._used.tokens else None
        failure.cost_usd = self._microusd / MICRO
