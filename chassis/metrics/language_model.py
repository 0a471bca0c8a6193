"""Calls to language models, and what they cost."""

from prometheus_client import Counter, Gauge, Histogram

from chassis.metrics.buckets import SECONDS

LANGUAGE_MODEL_DURATION = Histogram(
    "salesbot_language_model_duration_seconds",
    "Time of a question to the language model, retries included: answered, aborted or why it failed.",
    ["model", "outcome"],
    buckets=SECONDS,
)
LANGUAGE_MODEL_FIRST_CHUNK = Histogram(
    "salesbot_language_model_first_chunk_seconds",
    "Time from the question to the first piece of text.",
    ["model"],
    buckets=SECONDS,
)
LANGUAGE_MODEL_FAILURES = Counter(
    "salesbot_language_model_failures_total",
    "Attempts to ask the language model that failed, retried or not.",
    ["model", "reason"],
)
LANGUAGE_MODEL_TOKENS = Counter(
    "salesbot_language_model_tokens_total",
    "Tokens charged by the language model, by type: input or output.",
    ["model", "type"],
)
LANGUAGE_MODEL_CACHED_TOKENS = Counter(
    "salesbot_language_model_cached_tokens_total",
    "Input tokens that the server had cached, which cost less; they are counted as input too.",
    ["model"],
)
LANGUAGE_MODEL_PARAMETERS_REFUSED = Counter(
    "salesbot_language_model_parameters_refused_total",
    "Parameters that a server refused and that are not sent any more, once for each process and model.",
    ["model", "parameter"],
)
LANGUAGE_MODEL_GONE = Gauge(
    "salesbot_language_model_gone", "1 while the server does not have this model.", ["model"]
)
LANGUAGE_MODEL_SHUTDOWN_DAYS = Gauge(
    "salesbot_language_model_shutdown_days",
    "Days until this model is shut down, of the models that may be asked.",
    ["model"],
)
LANGUAGE_MODEL_COST = Counter(
    "salesbot_language_model_cost_usd_total",
    "Dollars the language model has cost, by the playbook's prices.",
    ["model"],
)
LANGUAGE_MODEL_BREAKER = Gauge(
    "salesbot_language_model_breaker_state",
    "The circuit breaker of this process: 0 closed, 1 trying one question, 2 open.",
    ["model"],
)
SPENT_TODAY_USD = Gauge(
    "salesbot_spent_today_usd", "Dollars all processes have spent on language models since midnight UTC."
)
SPENT_TODAY_TOKENS = Gauge(
    "salesbot_spent_today_tokens", "Tokens all processes have used of language models since midnight UTC."
)
SPEND_CAP_USED = Gauge(
    "salesbot_spend_cap_used_ratio",
    "Share of a day's cap that is used; calls under way not counted.",
    ["cap"],
)
SPEND_CAP_BINDS = Gauge(
    "salesbot_spend_cap_binds", "1 when the last call of the day that asked was refused by this cap.", ["cap"]
)
SPEND_CAPS_REACHED = Counter(
    "salesbot_spend_caps_reached_total", "Days or conversations in which a cap began to bind.", ["cap"]
)
SPEND_CAP_REFUSALS = Counter(
    "salesbot_spend_cap_refusals_total", "Questions a cap kept from being answered by a model.", ["cap"]
)
CONVERSATIONS_COST_OVER = Counter(
    "salesbot_conversations_cost_over_total",
    "Conversations whose cost grew past so many dollars; 0 counts every one that cost anything.",
    ["usd"],
)
