"""An event that was stored is published: once, in order, whatever dies, is away or refuses it in between."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from chassis.kafka import telemetry
from tests.integration.chassis_kafka.conftest import metric
from tests.support.kafka_stage import turn
from tests.support.outbox_office import Office, ids, sweeping
from tests.support.spans import keep_spans
from tests.support.waiting import until


def gauge(office: Office, name: str) -> float | None:
    return metric(f"outbox_{name}", schema=str(office.table.schema))


async def test_an_event_that_was_not_committed_does_not_exist(office: Office) -> None:
    async with office.engine.connect() as connection:
        await office.outbox.add(connection, [turn("ann", "hello")])
    assert await office.unsent() == []


async def test_an_event_that_was_published_is_noted_at_the_end_and_not_sent_again(office: Office) -> None:
    office.change(sweep_every_s=3600.0)
    events = [turn("ann", "0"), turn("ann", "1")]
    async with sweeping(office.outbox):
        await until(lambda: gauge(office, "pending") is not None)
        await office.store(*events)
        await office.outbox.publish(events)
    assert await office.unsent() == []
    await office.store(*events)
    async with sweeping(office.of_another_process()):
        await office.until_unsent()
    assert office.wire.ids == ids(events)


async def test_an_event_that_its_process_is_about_to_publish_is_left_to_it(office: Office) -> None:
    office.change(lease_s=60.0)
    old, fresh = turn("ann", "old"), turn("bob", "fresh")
    await office.store(old, fresh)
    await office.let_pass(old, timedelta(minutes=2))
    async with sweeping(office.outbox):
        await office.until_unsent(fresh)
    assert office.wire.ids == [str(old.id)]


async def test_several_sweepers_send_what_a_crash_left_once_in_order_and_in_its_trace_and_forget_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_spans(monkeypatch)
    office.change(sweep_limit=7)
    events = [turn("ann", str(number)) for number in range(60)]
    office.wire.takes_s = 0.03
    sweepers = [office.of_another_process() for _ in range(4)]
    with telemetry.tracer.start_as_current_span("born here") as birth:
        await office.store(*events)
    async with sweeping(*sweepers):
        await office.until_unsent()
        await until(lambda: not any(sweeper._state.marked for sweeper in sweepers))
    assert office.wire.ids == ids(events)
    traces = {headers["traceparent"].split("-")[1] for *_, headers in office.wire.sent}
    assert traces == {f"{birth.get_span_context().trace_id:032x}"}


async def test_an_outage_delays_events_and_keeps_each_keys_order(office: Office) -> None:
    before, during, after = (turn("ann", when) for when in ("before", "during", "after"))
    other = turn("bob", "hello")
    await office.store(before, during, after, other)
    await office.outbox.publish([before])
    office.wire.is_cut = True
    await office.outbox.publish([during])
    office.wire.is_cut = False
    # The broker is back before anything was swept; a key's next event must not overtake, another key's may.
    await office.outbox.publish([after, other])
    assert office.wire.ids == ids([before, other])
    office.wire.is_cut = True
    async with sweeping(office.outbox):
        await until(lambda: gauge(office, "pending") == 2)
        office.wire.is_cut = False
        await office.until_unsent()
        await until(lambda: gauge(office, "pending") == 0)
        late = turn("ann", "late")
        await office.store(late)
        await office.outbox.publish([late])
        await office.until_unsent()

    assert office.wire.ids == ids([before, other, during, after, late])


async def test_an_event_is_published_again_on_demand_with_those_that_followed_it(office: Office) -> None:
    events, unpublished = [turn("ann", str(number)) for number in range(3)], turn("bob", "hello")
    await office.store(*events, unpublished)
    await office.outbox.publish(events)
    await office.outbox.publish_again(unpublished.id)
    async with sweeping(office.outbox):
        await office.until_unsent()
        await office.outbox.publish_again(events[1].id)
        await until(lambda: len(office.wire.sent) == 6)
    assert office.wire.ids == ids([*events, unpublished, *events[1:]])


async def test_sent_events_are_forgotten_after_a_while(office: Office) -> None:
    old, recent = turn("ann", "old"), turn("ann", "recent")
    await office.store(old, recent)
    await office.let_pass(old, timedelta(days=8), "sent_at")
    await office.let_pass(recent, timedelta(days=6), "sent_at")
    async with sweeping(office.outbox):
        await office.until_stored(recent)
    assert office.wire.ids == []


async def test_a_refused_event_holds_back_its_own_key_until_a_person_has_looked(office: Office) -> None:
    said = (("ann", "first"), ("ann", "large"), ("ann", "after"), ("bob", "hello"), ("bob", "late"))
    first, large, after, other, late = (turn(*each) for each in said)
    office.change(lease_s=0.5)
    office.wire.refuses = lambda record: record[3]["ce_id"] == str(large.id)
    await office.store(first, large, after, other)
    # Whoever stored it does not fail over it.
    await office.outbox.publish([first, large, other])
    async with sweeping(office.outbox, office.of_another_process()):
        await until(lambda: gauge(office, "refused_events") == 1)
        await office.until_unsent(large, after)
        await office.store(late)
        await office.outbox.publish([late])
        assert office.wire.ids == ids([first, other, late])

        office.wire.refuses = lambda record: False
        async with office.engine.begin() as connection:
            await connection.execute(sa.update(office.table).values(refused_at=None))
        await office.until_unsent()

    assert office.wire.ids == ids([first, other, late, large, after])


async def test_a_topic_that_cannot_be_written_delays_no_other(office: Office) -> None:
    office.change(sweep_limit=3)
    stuck = [turn(f"ann-{number}", "hello") for number in range(9)]
    others = [turn("bob", str(number)) for number in range(9)]
    keys = {event.key for event in stuck}
    office.wire.is_away = lambda record: record[1] in keys
    await office.store(*stuck, *others)
    async with sweeping(office.of_another_process()):
        await office.until_unsent(*stuck)
        assert office.wire.ids == ids(others)
        office.wire.is_away = lambda record: False
        await office.until_unsent()
