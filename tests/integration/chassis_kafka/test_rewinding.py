"""A group that nobody is in reads again what came since a time; one that is in use stays where it is."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.kafka import KafkaCluster
from chassis.kafka.rewinding import NotRewound, rewind_group
from tests.support.kafka_stage import Stage


def numbered(first: int, last: int) -> list[tuple[str, str]]:
    return [(f"visitor-{number}", str(number)) for number in range(first, last)]


async def test_a_group_reads_again_what_came_since_and_only_once_nobody_is_in_it(stage: Stage) -> None:
    cluster = KafkaCluster.at(stage.settings.kafka_bootstrap_servers)
    begun_at = datetime.now(UTC) - timedelta(seconds=1)
    await stage.say(*numbered(0, 10))
    async with stage.reading("keyed"):
        await stage.until_committed(10)
        with pytest.raises(NotRewound):
            await rewind_group(cluster, stage.group, stage.topics, begun_at)

    later = begun_at + timedelta(days=1)
    assert await rewind_group(cluster, stage.group, stage.topics, later) == 0
    assert await rewind_group(cluster, stage.group, stage.topics, begun_at) == 10
    assert await rewind_group(cluster, stage.group, stage.topics, begun_at) == 0
    async with stage.reading("keyed") as (_, handled):
        await stage.until_committed(10)
    assert sorted(handled, key=int) == [str(number) for number in range(10)]
