"""The client of a language model: one streamed, structured answer within a deadline."""

from __future__ import annotations

import asyncio
from typing import Self

import httpx2
import openai
import structlog

from chassis import metrics
from chassis.clock import Clock, utc_now
from chassis.language_model import telemetry
from chassis.language_model.availability import ShutdownNotices, listed_shutdown_dates
from chassis.language_model.errors import ModelUnavailable
from chassis.language_model.exchange import Answer, AnswerT, OnFields, OnText, StructuredRequest
from chassis.language_model.model_call import ModelCall
from chassis.language_model.policy import ModelCallPolicy
from chassis.language_model.profiles import ModelProfiles
from chassis.language_model.settings import LanguageModelSettings
from chassis.language_model.spend_limiter import SpendLimiter, UnlimitedSpend
from chassis.lifecycle import every

CONNECT_TIMEOUT_S = 5.0
KEEPALIVE_S = 60.0
MOST_CONNECTIONS = 1000
METRICS_EVERY_S = 15.0
SHUTDOWNS_EVERY_S = 6 * 3600.0

logger = structlog.get_logger(__name__)


async def ignore_text(_text: str) -> None:
    """The `on_text` of a caller that only needs the whole answer."""


class LanguageModel:
    """A model behind an OpenAI-compatible server. One per process; close it at shutdown."""

    def __init__(
        self,
        settings: LanguageModelSettings,
        *,
        profiles: ModelProfiles | None = None,
        limiter: SpendLimiter | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """Without profiles everything is free, without a limiter nothing is capped."""
        self._policy = ModelCallPolicy(settings, profiles or ModelProfiles({}), limiter or UnlimitedSpend())
        for model in filter(None, (settings.model, settings.fallback_model)):
            # Made now, so that its state is shown from the start.
            self._policy.breaker(model)
        self._notices = ShutdownNotices()
        self._clock = clock
        # The deadline bounds reading, so the client needs no timer of its own for every chunk.
        timeout = httpx2.Timeout(None, connect=CONNECT_TIMEOUT_S)
        limits = httpx2.Limits(max_connections=MOST_CONNECTIONS, keepalive_expiry=KEEPALIVE_S)
        self._client = openai.AsyncOpenAI(
            # A compatible server may want no key, but the client insists on one.
            api_key=settings.api_key.get_secret_value() if settings.api_key else "none",
            base_url=settings.base_url,
            # Retries are ours: they share one deadline and end with the first piece of text.
            max_retries=0,
            timeout=timeout,
            http_client=openai.DefaultAioHttpClient(timeout=timeout, limits=limits),
        )

    async def __aenter__(self) -> Self:
        settings = self._policy.settings
        if settings.is_configured:
            for model in filter(None, (settings.model, settings.fallback_model)):
                self._policy.profiles.warn_if_unlisted(model)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Settle what was spent, and close the connections."""
        await self._policy.limiter.settle()
        await self._client.close()

    async def watch(self) -> None:
        """Background work: exports what is spent, and how long the models will be served."""
        await asyncio.gather(
            every(METRICS_EVERY_S, self._policy.limiter.export_metrics)(), self._watch_shutdowns()
        )

    async def _watch_shutdowns(self) -> None:
        if self._policy.settings.is_configured:
            await self.update_shutdown_dates()
            await every(SHUTDOWNS_EVERY_S, self.update_shutdown_dates)()

    async def update_shutdown_dates(self) -> None:
        """Export how many days the models in use have left; a model past its listed date is not called.

        The date in the server's list of models takes precedence over the playbook's. A date of the playbook
        alone stops no calls, because it may have been postponed.
        """
        policy, today = self._policy, self._clock().date()
        listed = await listed_shutdown_dates(self._client)
        for model in policy.models_in_use():
            if announced := listed.get(model) or policy.profiles.shutdown_date(model):
                self._notices.show(model, announced, today)
            if model in listed and listed[model] <= today:
                policy.gone.add(model, fallback=policy.replacement(model), for_s=2 * SHUTDOWNS_EVERY_S)

    async def ask(
        self,
        request: StructuredRequest[AnswerT],
        on_text: OnText = ignore_text,
        *,
        on_fields: OnFields[AnswerT] | None = None,
    ) -> Answer[AnswerT]:
        """Ask; pass the streamed field's text to `on_text` while it is written, and return the whole answer.

        `on_fields` takes what stands before that field before any text, and ends the call with False. Passing
        failures are retried, then the fallback model is tried, as long as no text was delivered and the
        deadline allows. What `on_fields` and `on_text` raise ends the call and comes out unchanged; what was
        used until then is charged.

        Raises:
            ModelUnavailable: there is no usable answer, though text may have been delivered.
            UnusableSchema: the request's schema cannot be demanded, or cannot be handed over in parts.
        """
        model = self._policy.settings.model
        with telemetry.chat_span(model, self._policy.max_output_tokens(request)) as span:
            call = ModelCall(
                self._client, self._policy, request, on_text=on_text, on_fields=on_fields, span=span
            )
            try:
                answer = await call.run()
            except ModelUnavailable as failure:
                _log_failure(model, failure)
                raise
            telemetry.record_answer(span, model, answer)
            return answer


def _log_failure(model: str, failure: ModelUnavailable) -> None:
    if failure.cap is None:
        logger.warning("language_model_unavailable", model=model, reason=failure.reason)
        return
    # The limiter has logged once that the cap binds; a line for every call would bury it.
    metrics.SPEND_CAP_REFUSALS.labels(failure.cap).inc()
