"""Leads on their way to receivers: a database, a dispatcher, and what everybody has in the end."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4, uuid5

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.clock import utc_now
from chassis.data_keys import DataKeySettings
from chassis.postgres import DatabaseUnavailable
from contracts.cloudevent import CloudEvent
from contracts.events import LeadChanged, LeadErased
from contracts.values import Lead, LeadStatus, Profile, Score, Stage
from services.leadstore.deliverer.adapters import (
    HttpReceivers,
    PostgresDeliveries,
    PostgresSubscriptions,
    SubscriptionSeal,
)
from services.leadstore.deliverer.domain import RetryPlan
from services.leadstore.deliverer.usecases import (
    Dispatcher,
    DispatchPolicy,
    NewSubscription,
    add_subscription,
    take_lead,
)
from tests.support.receiving import FAULTS, FakeReceiver, Trap
from tests.support.waiting import until_told

SECRET = "whsec_" + "c2VjcmV0" * 4
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
Told = CloudEvent[LeadChanged] | CloudEvent[LeadErased]


def changed(lead_id: UUID, sequence: int, *, names: Sequence[str] = ("stage",), **fields: object) -> Told:
    """A change of a lead; the same arguments give the same event."""
    at = NOON + timedelta(seconds=sequence)
    plain = {"status": LeadStatus.TALKING, "stage": Stage.SCOPE, "source": "widget", "profile": Profile()}
    empty = dict.fromkeys(("proposal", "tier", "booking_url", "demo_at"))
    times = {"started_at": NOON, "changed_at": at}
    lead = Lead.model_validate({"conversation_id": lead_id, **plain, **empty, **times, **fields})
    data = LeadChanged(conversation_id=lead_id, lead=lead, changed=tuple(names))
    return _event(data, sequence, at)


def erased(lead_id: UUID, sequence: int) -> Told:
    at = NOON + timedelta(seconds=sequence)
    return _event(LeadErased(conversation_id=lead_id, erased_at=at), sequence, at)


def _event(data: LeadChanged | LeadErased, sequence: int, at: datetime) -> Told:
    id_ = uuid5(data.conversation_id, f"{type(data).__name__} {sequence}")
    return CloudEvent(id=id_, source="leadstore", time=at, data=data, causation_id=None, sequence=sequence)


def qualified(points: int = 80) -> Score:
    return Score(points=points, is_qualified=True)


class Delivering:
    """The deliverer without Kafka."""

    def __init__(self, engine: AsyncEngine, *, ports: Sequence[int] = (), **policy: object) -> None:
        settings = DataKeySettings(data_key_secret=SecretStr("a secret of the tests"))
        self.ports = list(ports)
        self.subscriptions = PostgresSubscriptions(engine, SubscriptionSeal(settings))
        self.deliveries = PostgresDeliveries(engine)
        timeout_s = float(str(policy.get("timeout_s", 0.5)))
        delays_s = policy.get("delays_s", (0.01, 0.02, 0.05, *[0.1] * 200))
        self.receivers = HttpReceivers(
            timeout_s=timeout_s,
            connections=8,
            laptop_ports=self.ports,
            clock=utc_now,
            public_url="https://chat.example.com/",
        )
        assert isinstance(delays_s, tuple)
        plan = DispatchPolicy(timeout_s=timeout_s, concurrency=8, retries=RetryPlan(delays_s))
        self.dispatcher = Dispatcher(self.subscriptions, self.deliveries, self.receivers, plan)

    async def add(self, name: str, url: str, kind: str = "webhook", secret: str = SECRET) -> None:
        wanted = NewSubscription.model_validate(
            {"name": name, "url": url, "kind": kind, "secret": secret or None}
        )
        await add_subscription(wanted, self.subscriptions, clock=utc_now, laptop_ports=self.ports)
        self.dispatcher.refresh()

    async def tell(self, *events: Told) -> None:
        """Tell in order, each until it is taken, as the consumer does."""
        for event in events:
            while True:
                try:
                    await take_lead(event, self.deliveries, self.dispatcher)
                except DatabaseUnavailable:
                    continue
                break

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.dispatcher.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def standing(self, name: str) -> tuple[int, int, int]:
        """How many deliveries of a subscriber were made, wait, and are dead."""
        (found,) = [each for each in await self.subscriptions.shown() if each.name == name]
        return found.delivered, found.waiting, found.dead

    async def settled(self, name: str, *, within_s: float = 30.0) -> None:
        """Wait until nothing of a subscriber waits."""

        async def nothing_waits() -> bool:
            return not await self.deliveries.listed(name, "waiting", 1)

        await until_told(nothing_waits, within_s=within_s)


@dataclass(frozen=True)
class FaultyRun:
    """What came of many lead events under faults."""

    seconds: dict[str, float]
    wrong: list[str]
    trapped: int
    dead: tuple[int, int, int]
    told: dict[str, dict[str, int]]


EVERY_FAULT = frozenset({"faulty", "redirecting", "dead"})


async def deliver_under_faults(
    engine: AsyncEngine, *, events: int, within_s: float, beside: Collection[str] = EVERY_FAULT
) -> FaultyRun:
    """Tell of many leads, five changes each, to a good receiver beside those that are named."""
    leads = [uuid4() for _ in range(max(1, events // 5))]
    async with Trap() as trap, AsyncExitStack() as running:
        receivers = {"good": FakeReceiver(SECRET)}
        faults = {"faulty": FAULTS, "redirecting": {"here": 30, "metadata": 30}, "dead": {}}
        for name in beside:
            receivers[name] = FakeReceiver(SECRET, faults=faults[name], trap_url=trap.url)
            receivers[name].is_dead = name == "dead"
        for receiver in receivers.values():
            await running.enter_async_context(receiver)
        ports = [receiver.port for receiver in receivers.values()]
        delivering = Delivering(engine, ports=ports)
        for name, receiver in receivers.items():
            await delivering.add(name, receiver.url)
        # Two processes, of which either may be given a lead.
        async with delivering.running(), Delivering(engine, ports=ports).running():
            begun, seconds = time.monotonic(), dict[str, float]()
            await _tell_all(delivering, leads)
            everybody = {name: each for name, each in receivers.items() if name != "dead"}
            for name in everybody:
                await delivering.settled(name, within_s=within_s)
                seconds[name] = time.monotonic() - begun
        return FaultyRun(
            seconds=seconds,
            wrong=[f"{name}: {each}" for name, one in everybody.items() for each in _wrong(one, leads)],
            trapped=trap.calls,
            dead=await delivering.standing("dead") if "dead" in beside else (0, 0, 0),
            told={name: dict(receiver.told) for name, receiver in everybody.items()},
        )


async def _tell_all(delivering: Delivering, leads: Sequence[UUID]) -> None:
    """Eight leads at a time, each one's changes in order, as the consumer does; some come twice."""
    limit = asyncio.Semaphore(8)

    async def tell(number: int, lead: UUID) -> None:
        async with limit:
            changes = [changed(lead, sequence) for sequence in range(1, 5)]
            last = erased(lead, 5) if number % 10 == 0 else changed(lead, 5)
            await delivering.tell(*changes, changes[1], last, changes[3])

    await asyncio.gather(*(tell(number, lead) for number, lead in enumerate(leads)))


def _wrong(receiver: FakeReceiver, leads: Sequence[UUID]) -> list[str]:
    """Every lead whose last state is another than the last, or came out of order or more than once."""
    found = [f"{receiver.told['unsigned']} unsigned"] * bool(receiver.told["unsigned"])
    for number, lead in enumerate(leads):
        last = receiver.states.get(str(lead))
        kind = "lead.erased" if number % 10 == 0 else "lead.changed"
        if last is None or (last["data"]["sequence"], last["type"]) != (5, kind):
            found.append(f"{lead} ends with {last and last['data']['sequence']}")
        sequences = receiver.sequences[str(lead)]
        if sequences != sorted(set(sequences)):
            found.append(f"{lead} came as {sequences}")
    return found
