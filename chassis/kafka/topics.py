"""Creating the topics of the registry; never shrinks, never changes a partition count."""

from collections.abc import Iterable

import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from contracts.registry import Topic

logger = structlog.get_logger()


async def ensure_topics(
    bootstrap_servers: str, topics: Iterable[Topic], *, replication_factor: int = 1
) -> None:
    """Create the topics that are missing. Safe to call again and by several processes at once."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, client_id="salesbot-topics")
    await admin.start()
    try:
        present = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in present]
        if missing:
            await _create(admin, missing, replication_factor)
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, topics: list[Topic], replication_factor: int) -> None:
    response = await admin.create_topics(
        [
            NewTopic(topic.name, topic.partitions, replication_factor, topic_configs=dict(topic.config))
            for topic in topics
        ]
    )
    for name, code, *_ in response.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise error(f"topic {name!r} was not created")
    logger.info("topics_created", topics=[topic.name for topic in topics])
