"""Records that are read, handled and published."""

from prometheus_client import Counter, Gauge, Histogram

from chassis.metrics.buckets import SECONDS

MESSAGES_PROCESSED = Counter(
    "salesbot_kafka_messages_processed_total",
    "Records whose handling came to an end, by result: done, skipped, erased or parked.",
    ["group", "topic", "result"],
)
MESSAGES_RETRIED = Counter(
    "salesbot_kafka_messages_retried_total",
    "Attempts that failed and will be made again.",
    ["group", "topic"],
)
PROCESS_DURATION = Histogram(
    "salesbot_kafka_process_duration_seconds",
    "Time of one attempt to handle a record or a batch.",
    ["group", "topic"],
    buckets=SECONDS,
)
MESSAGES_PUBLISHED = Counter(
    "salesbot_kafka_messages_published_total",
    "Records acknowledged by the broker.",
    ["topic"],
)
DEAD_LETTERS = Counter(
    "salesbot_dlq_messages_total",
    "Records parked in a dead-letter topic.",
    ["group", "topic", "reason"],
)
FETCH_FAILURES = Counter(
    "salesbot_kafka_fetch_failures_total",
    "Polls that failed: of a topic that cannot be read, or of the whole group with an empty topic.",
    ["group", "topic", "reason"],
)
UNREADABLE_PARTITIONS = Gauge(
    "salesbot_kafka_unreadable_partitions",
    "Partitions of this process that wait because what comes next in them cannot be read.",
    ["group"],
)
OFFSET_RESETS = Counter(
    "salesbot_kafka_offset_resets_total",
    "Partitions read from another offset than the committed one: none_committed, expired or beyond_end.",
    ["group", "topic", "reason"],
)
REBALANCES = Counter(
    "salesbot_kafka_rebalances_total",
    "Times the group took partitions away from this process.",
    ["group"],
)
CONSUMER_LAG = Gauge(
    "salesbot_kafka_consumer_lag",
    "Records of this process's partitions that are not finished: unread, queued, running or waiting.",
    ["group", "topic"],
)
IN_FLIGHT = Gauge("salesbot_inflight_records", "Handlers running now.", ["group"])
HELD = Gauge(
    "salesbot_held_records", "Records read and not finished: queued, running or backing off.", ["group"]
)
LANES = Gauge("salesbot_lanes", "Keys that have a record in hand.", ["group"])
WATERMARK_AGE = Gauge(
    "salesbot_watermark_age_seconds",
    "Age of the oldest record that holds a commit back; 0 when nothing does.",
    ["group"],
)
WAITING_RECORDS = Gauge(
    "salesbot_waiting_records",
    "Records that failed and wait to be tried again, by why they failed.",
    ["group", "reason"],
)
WAITING_AGE = Gauge(
    "salesbot_waiting_age_seconds",
    "Time since the first try of the record that waits longest, by why it failed; 0 when none waits.",
    ["group", "reason"],
)
PARKING_STOPPED = Gauge(
    "salesbot_parking_stopped",
    "1 while records wait that would be parked, because too many in a row failed for the same reason.",
    ["group", "topic", "reason"],
)
