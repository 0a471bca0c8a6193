"""Makes the receiver that a subscription is about."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from chassis.clock import Clock
from services.leadstore.deliverer.adapters.chat import ChatReceiver
from services.leadstore.deliverer.adapters.guarded_http import GuardedClient, make_client
from services.leadstore.deliverer.adapters.hubspot import HubSpotReceiver
from services.leadstore.deliverer.adapters.webhook import WebhookReceiver
from services.leadstore.deliverer.domain import Subscription
from services.leadstore.deliverer.ports import Receiver


class HttpReceivers:
    """Implements the port Receivers."""

    def __init__(
        self,
        *,
        timeout_s: float,
        connections: int,
        laptop_ports: Collection[int],
        clock: Clock,
        public_url: str | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._connections = connections
        self._laptop_ports = laptop_ports
        self._clock = clock
        self._public_url = public_url

    @asynccontextmanager
    async def open(self, subscription: Subscription) -> AsyncIterator[Receiver]:
        client = make_client(
            laptop_ports=self._laptop_ports,
            timeout_s=self._timeout_s,
            connections=self._connections,
        )
        async with client:
            yield self._receiver(subscription, client)

    def _receiver(self, subscription: Subscription, client: GuardedClient) -> Receiver:
        match subscription.kind:
            case "webhook":
                return WebhookReceiver(subscription, client, self._clock)
            case "chat":
                return ChatReceiver(subscription, client, self._public_url)
            case "crm":
                return HubSpotReceiver(subscription, client)
