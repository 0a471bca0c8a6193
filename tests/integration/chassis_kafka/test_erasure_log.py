"""What was erased after a backup was made is erased again once it is restored."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from chassis.erasure_log import ErasureLog, position_table
from chassis.errors import TransientError
from chassis.kafka import EventPublisher, make_broker
from chassis.settings import ServiceSettings
from chassis.supervised import Unready
from contracts.cloudevent import CloudEvent, caused_by
from contracts.events import ErasureRecorded
from tests.support.infrastructure import Unique
from tests.support.topics import create_topics

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Applied:
    """What was applied; `is_away` as long as the database is."""

    def __init__(self) -> None:
        self.ids: list[UUID] = []
        self.is_away = False

    async def __call__(self, found: object) -> None:
        if self.is_away:
            raise TransientError("away")
        self.ids += [event.data.conversation_id for event in found]  # type: ignore[attr-defined]


@pytest.fixture
def settings(kafka_bootstrap: str) -> ServiceSettings:
    create_topics(kafka_bootstrap)
    return ServiceSettings(kafka_bootstrap_servers=kafka_bootstrap)


@pytest.fixture
async def position(database_url: str, unique: Unique) -> AsyncIterator[tuple[AsyncEngine, sa.Table]]:
    """A table of positions of its own, in a database that no service uses."""
    engine = create_async_engine(database_url)
    metadata = sa.MetaData(schema=unique("erasures").replace("-", "_"))
    table = position_table(metadata)
    async with engine.begin() as connection:
        await connection.execute(sa.schema.CreateSchema(str(metadata.schema)))
        await connection.run_sync(metadata.create_all)
    yield engine, table
    await engine.dispose()


def erasures(count: int) -> list[CloudEvent[ErasureRecorded]]:
    ids = [uuid4() for _ in range(count)]
    told = [ErasureRecorded(conversation_id=each, erased_at=NOW, reason="visitor") for each in ids]
    return [caused_by(each.conversation_id, each, source="dialogue", time=NOW) for each in told]


async def test_each_erasure_is_applied_once_and_again_after_a_restore(
    settings: ServiceSettings, position: tuple[AsyncEngine, sa.Table]
) -> None:
    engine, table = position
    applied = Applied()
    log = ErasureLog(engine, table, settings, applied)
    old, new = erasures(3), erasures(4)
    ids_of = lambda events: {event.data.conversation_id for event in events}  # noqa: E731
    broker = make_broker(settings, service="test")
    async with broker:
        await broker.start()
        publisher = EventPublisher(broker)
        await publisher.publish(*old)
        await log.catch_up()
        assert ids_of(old) <= set(applied.ids)
        async with engine.connect() as connection:
            backup = [dict(row) for row in (await connection.execute(sa.select(table))).mappings()]

        applied.ids.clear()
        await publisher.publish(*new)
        await log.catch_up()
        await log.catch_up()
        assert sorted(applied.ids) == sorted(ids_of(new))

    applied.ids.clear()
    async with engine.begin() as connection:
        await connection.execute(sa.delete(table))
        await connection.execute(sa.insert(table), backup)
    applied.is_away = True
    with pytest.raises(TransientError):
        await log.catch_up()
    applied.is_away = False
    await log.catch_up()
    assert sorted(applied.ids) == sorted(ids_of(new))


async def test_a_topic_that_was_made_again_is_read_from_its_beginning(
    settings: ServiceSettings, position: tuple[AsyncEngine, sa.Table]
) -> None:
    engine, table = position
    applied = Applied()
    told = erasures(5)
    broker = make_broker(settings, service="test")
    async with broker:
        await broker.start()
        await EventPublisher(broker).publish(*told)
    async with engine.begin() as connection:
        await connection.execute(
            sa.insert(table), [{"partition": each, "position": 10**9} for each in range(4)]
        )
    await ErasureLog(engine, table, settings, applied).catch_up()
    assert {event.data.conversation_id for event in told} <= set(applied.ids)


async def test_a_service_is_not_ready_before_it_has_caught_up(
    settings: ServiceSettings, position: tuple[AsyncEngine, sa.Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    applied = Applied()
    log = ErasureLog(*position, settings, applied)
    with pytest.raises(Unready):
        await log.probe()
    monkeypatch.setattr(ErasureRecorded, "topic", "no.such.topic")
    with pytest.raises(TransientError, match="missing"):
        await log.catch_up()
