"""Leads that are told to receivers outside Kafka."""

from prometheus_client import Counter, Gauge, Histogram

DELIVERIES = Counter(
    "salesbot_deliveries_total",
    "Attempts to tell a receiver of a lead, by how they ended: delivered, failed, gone, dead.",
    ["subscription", "outcome"],
)
DELIVERY_DELAY = Histogram(
    "salesbot_delivery_delay_seconds",
    "From the change of a lead to its receiver's answer, by the kind of receiver.",
    ["kind"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600, 86400),
)
DELIVERIES_WAITING = Gauge(
    "salesbot_deliveries_waiting", "Leads that a receiver is still to be told of.", ["subscription"]
)
DELIVERIES_DEAD = Gauge(
    "salesbot_deliveries_dead", "Leads that a receiver was not told of in all attempts.", ["subscription"]
)
DELIVERIES_OLDEST_AGE = Gauge(
    "salesbot_deliveries_oldest_age_seconds",
    "How long ago the oldest change was that a receiver is still to be told of; 0 while it is paused.",
    ["subscription"],
)
SUBSCRIPTIONS_PAUSED = Gauge(
    "salesbot_subscriptions_paused", "1 while nothing is sent to a receiver.", ["subscription"]
)
