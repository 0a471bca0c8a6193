"""The domain: subscriptions, deliveries, when they are tried again, and where they may go."""

from services.leadstore.deliverer.domain.addresses import check_url, may_connect
from services.leadstore.deliverer.domain.alerts import Alert, alert_of
from services.leadstore.deliverer.domain.crm_records import (
    KEY_PROPERTY,
    CrmRecords,
    Properties,
    crm_records_of,
)
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
    "KEY_PROPERTY",
    "Alert",
    "CrmRecords",
    "Delivery",
    "Kind",
    "LeadState",
    "Memory",
    "Outcome",
    "Properties",
    "RetryPlan",
    "ShownDelivery",
    "ShownSubscription",
    "Subscription",
    "alert_of",
    "body_of",
    "check_url",
    "crm_records_of",
    "hold_s",
    "may_connect",
    "message_id_of",
    "state_of",
]
