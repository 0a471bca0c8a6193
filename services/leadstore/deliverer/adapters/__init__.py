"""What the deliverer stands on: PostgreSQL, and receivers over HTTP."""

from services.leadstore.deliverer.adapters.guarded_http import GuardedClient, make_client
from services.leadstore.deliverer.adapters.postgres_deliveries import PostgresDeliveries
from services.leadstore.deliverer.adapters.postgres_subscriptions import PostgresSubscriptions
from services.leadstore.deliverer.adapters.receivers import HttpReceivers
from services.leadstore.deliverer.adapters.sealing import SubscriptionSeal

__all__ = [
    "GuardedClient",
    "HttpReceivers",
    "PostgresDeliveries",
    "PostgresSubscriptions",
    "SubscriptionSeal",
    "make_client",
]
