"""Which parameters each model accepts: those of its profile, without what its server has refused."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Final, get_args

import structlog

from chassis import metrics
from chassis.language_model.refusals import Refusal
from contracts.language_models import AnswerFormat, ModelParameters

# In ascending order: a reader waits for the first word.
EFFORTS: Final = ("none", "minimal", "low", "medium", "high", "xhigh")
ANSWER_FORMATS: Final[tuple[AnswerFormat, ...]] = ("json_schema", "json_object", "function", "text")
assert set(ANSWER_FORMATS) == set(get_args(AnswerFormat))

logger = structlog.get_logger(__name__)


class KnownParameters:
    """The parameters this process has learned from refusals."""

    def __init__(self) -> None:
        self._learned: dict[str, ModelParameters] = {}

    def of(self, model: str, profile: ModelParameters) -> ModelParameters:
        """The parameters for a request to this model."""
        return self._learned.get(model, profile)

    def remember(self, model: str, before: ModelParameters, after: ModelParameters) -> None:
        """Use `after` for this model from now on; logs and counts each change once."""
        if self._learned.get(model) == after:
            return
        self._learned[model] = after
        for name, value in after:
            if getattr(before, name) != value:
                metrics.LANGUAGE_MODEL_PARAMETERS_REFUSED.labels(model, name).inc()
                logger.warning(
                    "language_model_parameter_refused",
                    model=model,
                    parameter=name,
                    refused=getattr(before, name),
                    used_instead=value,
                )


def adapted(
    sent: ModelParameters, refusal: Refusal, tried: Set[ModelParameters] = frozenset()
) -> ModelParameters | None:
    """`sent` without the parameter that the server refuses; None when the refusal names none.

    A parameter with two names or several values is tried with each, but never twice.
    """
    field = refusal.refused_parameter(sent)
    if field is None:
        return None
    value = _replacement(field, sent, refusal)
    changed = sent.model_copy(update={field: value})
    if changed in tried and field == "output_limit_field":
        changed = sent.model_copy(update={field: "none"})
    return None if changed in tried else changed


def _replacement(field: str, sent: ModelParameters, refusal: Refusal) -> object:
    match field:
        case "output_limit_field":
            is_new_name = sent.output_limit_field == "max_completion_tokens"
            return "max_tokens" if is_new_name else "max_completion_tokens"
        case "reasoning_effort":
            return _least_effort(refusal.text, other_than=sent.reasoning_effort)
        case "answer_format":
            return ANSWER_FORMATS[ANSWER_FORMATS.index(sent.answer_format) + 1]
        case _:
            return False


def with_fewer_parameters(sent: ModelParameters) -> ModelParameters | None:
    """`sent` with fewer parameters, for a server that does not say which one it refuses."""
    plain = sent.model_copy(
        update={"temperature": False, "store": False, "stream_options": False, "reasoning_effort": None}
    )
    if plain != sent:
        return plain
    return None if sent.answer_format == "text" else sent.model_copy(update={"answer_format": "text"})


def _least_effort(text: str, *, other_than: str | None) -> str | None:
    listed = set(re.findall(r"['\"`](none|minimal|low|medium|high|xhigh)['\"`]", text)) - {other_than}
    return next((effort for effort in EFFORTS if effort in listed), None)
