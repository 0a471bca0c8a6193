"""What leadstore listens to."""

from collections.abc import Sequence

from faststream.kafka import KafkaBroker

from chassis.clock import Clock
from chassis.kafka import BatchSubscriber, batch_subscriber
from contracts.cloudevent import CloudEvent, Event
from contracts.registry import STREAMS
from playbook import ScoreRule
from services.leadstore.ports import LeadStore, LeadStream, ProjectionNotifier
from services.leadstore.usecases import project_events

GROUP = "leadstore"
TOPICS = tuple(topic.name for topic in STREAMS if GROUP in topic.consumers)


def subscribe(
    broker: KafkaBroker,
    store: LeadStore,
    leads: LeadStream,
    notifier: ProjectionNotifier,
    *,
    clock: Clock,
    batch_size: int,
    scoring: ScoreRule | None = None,
) -> BatchSubscriber:
    """Project every stream about conversations, a poll at a time."""

    async def project_batch(events: Sequence[CloudEvent[Event]]) -> None:
        await project_events(events, store, leads, notifier, clock=clock, scoring=scoring)

    return batch_subscriber(broker, *TOPICS, group_id=GROUP, handler=project_batch, max_records=batch_size)
