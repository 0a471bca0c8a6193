"""The domain: subscriptions, deliveries, when they are tried again, and where they may go."""

from services.leadstore.deliverer.domain.addresses import check_url, may_connect
from services.leadstore.deliverer.domain.delivery import (
    Delivery,
    LeadState,
    Memory,
    Outcome,
    body_of,
    message_id_of,
    state_of,
)
from services.leadstore.deliverer.domain.retrying import RetryPlan, hold_s
from services.leadstore.deliverer.domain.subscription import (
    Kind,
    ShownDelivery,
    ShownSubscription,
    Subscription,
)

__all__ = [
    "Delivery",
    "Kind",
    "LeadState",
    "Memory",
    "Outcome",
    "RetryPlan",
    "ShownDelivery",
    "ShownSubscription",
    "Subscription",
    "body_of",
    "check_url",
    "hold_s",
    "may_connect",
    "message_id_of",
    "state_of",
]
