"""Asks a language model: one streamed, structured answer within a deadline."""

from __future__ import annotations

from typing import Self

import httpx2
import openai
import structlog

from chassis import metrics
from chassis.language_model import telemetry
from chassis.language_model.brake import Brake, Unbraked
from chassis.language_model.errors import ModelUnavailable
from chassis.language_model.exchange import Answer, AnswerT, OnText, StructuredRequest
from chassis.language_model.prices import Prices
from chassis.language_model.question import Question
from chassis.language_model.settings import LanguageModelSettings
from chassis.language_model.terms import Terms
from chassis.lifecycle import every

CONNECT_TIMEOUT_S = 5.0
KEEPALIVE_S = 60.0
MOST_CONNECTIONS = 1000
TOLD_EVERY_S = 15.0

logger = structlog.get_logger(__name__)


async def unheard(_text: str) -> None:
    """For a caller that wants only the whole answer."""


class LanguageModel:
    """A model behind an OpenAI-compatible server. One per process; close it at shutdown."""

    def __init__(
        self, settings: LanguageModelSettings, *, prices: Prices | None = None, brake: Brake | None = None
    ) -> None:
        """Without prices everything is free, without a brake nothing is capped."""
        self._terms = Terms.of(settings, prices or Prices({}), brake or Unbraked())
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
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def watch_spending(self) -> None:
        """Background work without end: keep what the metrics say of spending up to date."""
        await every(TOLD_EVERY_S, self._terms.brake.tell)()

    async def ask(self, request: StructuredRequest[AnswerT], on_text: OnText = unheard) -> Answer[AnswerT]:
        """Ask; hand the streamed field's text to `on_text` while it is written, return the whole.

        Passing failures are retried, then the fallback model is tried, as long as no text was heard and the
        deadline allows. What `on_text` raises comes out unchanged.

        Raises:
            ModelUnavailable: there is no usable answer, though text may have been heard.
            UnusableSchema: the request's schema cannot be demanded.
        """
        model = self._terms.settings.model
        with telemetry.chat_span(model, self._terms.most_output_tokens(request)) as span:
            question = Question(self._client, self._terms, request, on_text=on_text, span=span)
            try:
                answer = await question.put()
            except ModelUnavailable as failure:
                _tell(model, failure)
                raise
            telemetry.record_answer(span, model, answer)
            return answer


def _tell(model: str, failure: ModelUnavailable) -> None:
    if failure.cap is None:
        logger.warning("language_model_unavailable", model=model, reason=failure.reason)
        return
    # The brake has told once that the cap binds; a line for every question would bury it.
    metrics.SPEND_CAP_REFUSALS.labels(failure.cap).inc()
