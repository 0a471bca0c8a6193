"""`python -m chassis.kafka.topics apply|diff`: the topics of the registry, made or compared.

`apply` creates what is missing and sets what is set otherwise; it ends with 1 when something is left that a
person has to mend. `diff` changes nothing, and ends with 1 when there is a difference. Both wait for a broker
that is starting.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from aiokafka.errors import InvalidReplicationFactorError, KafkaError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_delay, wait_exponential

from chassis.errors import describe
from chassis.kafka.cluster import ClusterUnreachable, KafkaCluster
from chassis.kafka.topics.applying import apply_topics, find_differences
from chassis.kafka.topics.differences import Difference
from chassis.kafka.topics.settings import TopicSettings
from chassis.logging import configure_logging
from contracts.registry import TOPICS

logger = structlog.get_logger()

_BROKER_WAIT_S = 120.0


def main() -> int:
    """Run one command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m chassis.kafka.topics", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    apply = commands.add_parser("apply", help="create what is missing, set what is set otherwise")
    apply.add_argument(
        "--raise-partitions",
        action="store_true",
        help="also where topics have too few: stop who writes to them and let every reader catch up before",
    )
    commands.add_parser("diff", help="say what is different, and change nothing")
    asked = parser.parse_args()
    settings = TopicSettings()
    configure_logging("topics", settings.log_level)
    cluster = KafkaCluster.of(settings)
    work = partial(find_differences, cluster, TOPICS)
    if asked.command == "apply":
        work = partial(
            apply_topics,
            cluster,
            TOPICS,
            may_raise_partitions=asked.raise_partitions,
        )
    left = asyncio.run(
        _patiently(cluster, partial(work, replication_factor=settings.kafka_replication_factor))
    )
    for difference in left:
        sys.stdout.write(f"{difference}\n")
    return 1 if left else 0


async def _patiently(
    cluster: KafkaCluster, work: Callable[[], Awaitable[list[Difference]]]
) -> list[Difference]:
    """Do the work, again while the broker starts.

    Raises:
        ClusterUnreachable: it did not come up, or does not let us in.
        KafkaError: it refuses.
    """
    retrying = AsyncRetrying(
        retry=retry_if_exception(_may_pass),
        wait=wait_exponential(multiplier=0.2, max=3),
        stop=stop_after_delay(_BROKER_WAIT_S),
        before_sleep=_log_wait,
        reraise=True,
    )

    async def check_and_work() -> list[Difference]:
        # Says why it cannot be reached, which the clients do not.
        await cluster.check()
        return await work()

    return await retrying(check_and_work)


def _may_pass(error: BaseException) -> bool:
    # While brokers start, one after the other, there are too few of them for the copies.
    is_starting = isinstance(error, KafkaError) and error.retriable
    return is_starting or isinstance(error, ClusterUnreachable | InvalidReplicationFactorError)


def _log_wait(state: RetryCallState) -> None:
    assert state.outcome is not None
    error = state.outcome.exception()
    assert error is not None
    logger.warning("kafka_awaited", attempt=state.attempt_number, error=describe(error))


if __name__ == "__main__":
    sys.exit(main())
