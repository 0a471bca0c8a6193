"""The funnel as it stands in the database, so that neither a restart nor a replay changes it."""

from prometheus_client import Counter, Gauge

FUNNEL_CONVERSATIONS = Gauge(
    "salesbot_funnel_conversations",
    "Conversations that reached a step first in the last so many days; canceled: booked, and no demo now.",
    ["step", "days"],
)
FUNNEL_MODEL_COST = Gauge(
    "salesbot_funnel_model_cost_usd",
    "Dollars that language models have cost in the last so many days.",
    ["days"],
)
QUESTIONS_UNANSWERED = Counter(
    "salesbot_questions_unanswered_total", "Questions of visitors that no fact of the playbook answers."
)
