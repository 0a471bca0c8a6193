"""Settings of the job that makes the topics."""

from pydantic import Field

from chassis.settings import ServiceSettings


class TopicSettings(ServiceSettings):
    """Where the topics are made, and how many copies Kafka keeps of each."""

    kafka_replication_factor: int = Field(default=1, ge=1)
    """Of three or more, one may be away and writes go on. It is taken when a topic is created."""
