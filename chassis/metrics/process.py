"""What a process keeps going, and what it stores before it publishes."""

from prometheus_client import Counter, Gauge

PROCESS_INFO = Gauge("salesbot_process_info", "1 for the process that runs here.", ["process"])
TASK_FAILURES = Counter(
    "salesbot_task_failures_total",
    "Long-lived tasks of this process that failed or ended, by name.",
    ["task"],
)
SPARE_DATA_KEYS = Gauge(
    "salesbot_spare_data_keys",
    "Stored keys a process holds ready for conversations that begin, or go on, while the database is away.",
    ["schema"],
)
OUTBOX_PENDING = Gauge("salesbot_outbox_pending", "Events stored and not yet published.", ["schema"])
OUTBOX_REFUSED = Gauge(
    "salesbot_outbox_refused_events",
    "Events that Kafka refuses; each holds back the later events of its key on its topic.",
    ["schema"],
)
OUTBOX_OLDEST_AGE = Gauge(
    "salesbot_outbox_oldest_age_seconds",
    "Age of the oldest event that waits to be published, refused ones left out; 0 when none waits.",
    ["schema"],
)
