"""Every subscriber has each lead's last state, signed, in order, once in effect, whatever receivers do."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.postgres import DatabaseUnavailable
from services.leadstore.deliverer.domain import Outcome
from services.leadstore.deliverer.errors import NameTaken, UnknownSubscription
from services.leadstore.deliverer.usecases import rotate_secret
from tests.support.delivering import (
    SECRET,
    Delivering,
    changed,
    deliver_under_faults,
    erased,
)
from tests.support.receiving import FakeReceiver
from tests.support.waiting import until, until_told

NEW_SECRET = "whsec_" + "bmV3" * 8


@pytest.mark.slow
async def test_faults_lose_nothing_double_nothing_and_reach_no_forbidden_address(engine: AsyncEngine) -> None:
    run = await deliver_under_faults(engine, events=300, within_s=60)

    assert run.wrong == []
    assert run.trapped == 0
    # While the dead one's still waits, all others have everything.
    assert (run.dead[0], run.dead[1] + run.dead[2]) == (0, 60)
    faults = run.told["faulty"].keys() | run.told["redirecting"].keys()
    assert {"hang", "late", "409", "429", "500", "here", "metadata"} - faults == set()


async def test_a_newer_state_replaces_one_that_was_not_sent(engine: AsyncEngine) -> None:
    lead = uuid4()
    async with FakeReceiver(SECRET) as receiver:
        delivering = Delivering(engine, ports=[receiver.port])
        await delivering.add("crm", receiver.url)
        await delivering.tell(changed(lead, 1, names=["stage"]), changed(lead, 2, names=["tier"]))
        async with delivering.running():
            await until(lambda: receiver.messages)
            await delivering.settled("crm")

    ((_, message),) = receiver.messages
    assert message["type"] == "lead.changed"
    assert message["data"]["sequence"] == 2
    assert message["data"]["changed"] == ["stage", "tier"]


async def test_a_retry_has_the_same_id_and_a_newer_state_another(engine: AsyncEngine) -> None:
    lead = uuid4()
    async with FakeReceiver(SECRET) as receiver:
        receiver.status = 500
        delivering = Delivering(engine, ports=[receiver.port])
        await delivering.add("crm", receiver.url)
        await delivering.tell(changed(lead, 1))
        async with delivering.running():
            await until(lambda: len(receiver.messages) > 2)
            receiver.status = 200
            await delivering.settled("crm")
            await delivering.tell(changed(lead, 2))
            await delivering.settled("crm")

    ids = [id_ for id_, _ in receiver.messages]
    assert len(set(ids)) == 2
    assert len(set(ids[:-1])) == 1


async def test_while_a_secret_is_replaced_both_sign(engine: AsyncEngine) -> None:
    lead = uuid4()
    async with FakeReceiver(SECRET) as old, FakeReceiver(NEW_SECRET) as new:
        delivering = Delivering(engine, ports=[old.port, new.port])
        for name, receiver in (("old", old), ("new", new)):
            await delivering.add(name, receiver.url)
            await rotate_secret(name, NEW_SECRET, delivering.subscriptions)
        await delivering.tell(changed(lead, 1))
        async with delivering.running():
            await delivering.settled("old")
            await delivering.settled("new")
    assert (len(old.messages), len(new.messages)) == (1, 1)


async def test_a_receiver_that_is_gone_is_paused_and_gets_the_last_state_when_it_goes_on(
    engine: AsyncEngine,
) -> None:
    lead = uuid4()
    async with FakeReceiver(SECRET) as receiver:
        receiver.status = 410
        delivering = Delivering(engine, ports=[receiver.port])
        await delivering.add("crm", receiver.url)
        await delivering.tell(changed(lead, 1))
        async with delivering.running():

            async def is_paused() -> bool:
                (shown,) = await delivering.subscriptions.shown()
                return shown.paused_because is not None

            await until_told(is_paused)
            told = len(receiver.messages)
            await delivering.tell(changed(lead, 2))
            assert (await delivering.standing("crm"))[1] == 1
            receiver.status = 200
            await delivering.subscriptions.pause("crm", None)
            delivering.dispatcher.refresh()
            await delivering.settled("crm")
    assert [message["data"]["sequence"] for _, message in receiver.messages[told:]] == [2]


async def test_a_dispatcher_that_lost_the_database_begins_again(engine: AsyncEngine) -> None:
    lead = uuid4()
    async with FakeReceiver(SECRET) as receiver:
        delivering = Delivering(engine, ports=[receiver.port])
        await delivering.add("crm", receiver.url)
        read = delivering.subscriptions.all
        away = iter([False, True])

        async def read_or_not() -> object:
            if next(away, False):
                raise DatabaseUnavailable("57P01")
            return await read()

        delivering.subscriptions.all = read_or_not  # type: ignore[assignment, method-assign]
        with pytest.raises(DatabaseUnavailable):
            async with asyncio.timeout(20):
                await delivering.dispatcher.run()
        await delivering.tell(changed(lead, 1))
        async with delivering.running():
            await delivering.settled("crm")
    assert len(receiver.messages) == 1


async def test_an_attempt_that_cannot_be_settled_stops_no_other_and_is_made_again(
    engine: AsyncEngine,
) -> None:
    leads = [uuid4() for _ in range(20)]
    async with FakeReceiver(SECRET) as receiver:
        # A lease ends fifteen seconds after the time an attempt may take.
        delivering = Delivering(engine, ports=[receiver.port])
        await delivering.add("crm", receiver.url)
        settle, left = delivering.deliveries.settle, iter([True] * 3)

        async def settle_or_not(*given: Any, **named: Any) -> None:
            if next(left, False):
                raise DatabaseUnavailable("TimeoutError")
            await settle(*given, **named)

        delivering.deliveries.settle = settle_or_not  # type: ignore[method-assign]
        await delivering.tell(*(changed(lead, 1) for lead in leads))
        async with delivering.running():
            await until(lambda: len(receiver.states) == len(leads))
            await delivering.settled("crm", within_s=40)
    assert receiver.told["again"] == 3


async def test_what_is_dead_is_delivered_once_more_on_demand(engine: AsyncEngine) -> None:
    lead, later = uuid4(), uuid4()
    async with FakeReceiver(SECRET) as receiver:
        receiver.status = 400
        delivering = Delivering(engine, ports=[receiver.port], delays_s=(0.01,))
        await delivering.add("crm", receiver.url)
        await delivering.tell(changed(lead, 1))
        async with delivering.running():
            await delivering.settled("crm")
            (dead,) = await delivering.deliveries.listed("crm", "dead", 10)
            assert (dead.conversation_id, dead.attempts, dead.reason) == (lead, 2, "status 400")
            receiver.status = 200
            await delivering.tell(changed(later, 1))
            await delivering.settled("crm")
            assert await delivering.deliveries.replay("crm", None, everything=False) == 1
            delivering.dispatcher.wake()
            await delivering.settled("crm")
            assert await delivering.standing("crm") == (2, 0, 0)
            assert await delivering.deliveries.replay("crm", later, everything=False) == 1
            assert await delivering.deliveries.replay("crm", None, everything=True) == 2
    ids = {message["data"]["conversation_id"]: id_ for id_, message in receiver.messages}
    assert ids[str(lead)] == dead.message_id


async def test_leads_that_a_receiver_refuses_hold_up_no_other(engine: AsyncEngine) -> None:
    refused, other = [uuid4() for _ in range(30)], uuid4()
    async with FakeReceiver(SECRET) as receiver:
        receiver.status = 422
        delivering = Delivering(engine, ports=[receiver.port], delays_s=(3600.0,))
        await delivering.add("crm", receiver.url)
        await delivering.tell(*(changed(lead, 1) for lead in refused))
        async with delivering.running():
            # A receiver that is away would have been left alone before the last of them.
            await until(lambda: len(receiver.states) == len(refused))
            receiver.status = 200
            await delivering.tell(changed(other, 1))
            await until(lambda: str(other) in receiver.states)


async def test_an_erasure_is_delivered_and_leaves_nothing_of_the_lead(engine: AsyncEngine) -> None:
    lead = uuid4()
    async with FakeReceiver(SECRET) as receiver, FakeReceiver(SECRET) as broken:
        broken.status = 400
        delivering = Delivering(engine, ports=[receiver.port, broken.port], delays_s=(0.01,))
        await delivering.add("crm", receiver.url)
        await delivering.add("broken", broken.url)
        await delivering.tell(changed(lead, 1, booking_url="https://private.example/ada"))
        async with delivering.running():
            await delivering.settled("crm")
            await delivering.settled("broken")
            assert (await delivering.standing("broken"))[2] == 1
            broken.status = 200
            await delivering.tell(erased(lead, 2), changed(lead, 3), erased(lead, 2))
            await delivering.settled("crm")
            await delivering.settled("broken")

    for told in (receiver, broken):
        assert told.messages[-1][1]["type"] == "lead.erased"
    async with engine.connect() as connection:
        for table in ("state", "delivery", "subscription"):
            rows = await connection.execute(text(f"SELECT {table}::text FROM delivery.{table}"))
            assert not [row for row in rows.scalars() if "private.example" in row or "whsec_" in row]


async def test_nobody_else_settles_a_delivery_that_was_claimed_anew(engine: AsyncEngine) -> None:
    lead = uuid4()
    delivering = Delivering(engine, ports=[9000])
    await delivering.add("crm", "http://localhost:9000/")
    await delivering.tell(changed(lead, 1))
    (subscription,) = await delivering.subscriptions.all()
    (slow,) = await delivering.deliveries.claim(subscription.id, 5, lease_s=0.0)
    (quick,) = await delivering.deliveries.claim(subscription.id, 5, lease_s=60.0)
    assert await delivering.deliveries.claim(subscription.id, 5, lease_s=60.0) == []

    await delivering.deliveries.settle(slow, Outcome("failed", "late"), retry_in_s=None)
    assert await delivering.standing("crm") == (0, 1, 0)
    await delivering.deliveries.settle(quick, Outcome("delivered"), retry_in_s=None)
    assert await delivering.standing("crm") == (1, 0, 0)


async def test_names_are_unique_and_unknown_ones_are_said(engine: AsyncEngine) -> None:
    delivering = Delivering(engine, ports=[9000])
    await delivering.add("crm", "http://localhost:9000/")
    with pytest.raises(NameTaken):
        await delivering.add("crm", "http://localhost:9000/")
    with pytest.raises(UnknownSubscription):
        await delivering.subscriptions.remove("other")
    await delivering.subscriptions.remove("crm")
    assert await delivering.subscriptions.all() == []
