"""The transactional outbox: an event is stored in the transaction of its change, then published.

https://microservices.io/patterns/data/transactional-outbox.html
Events are published right after the commit; a sweeper publishes what a crash or an outage left behind.
An *ordering key* is a topic with a key. Of each one, across all processes that share the outbox:

- an event is published for the first time only after all that were stored before it;
- once nothing is left to send, the last record on the topic is the newest event;
- an event that Kafka refuses, or cannot take now, holds back its own ordering key only.

An event may be published more than once; readers recognise it by its id. How this is kept:
docs/decisions/0021-order-per-key-across-processes.md
"""

from chassis.kafka.sealing import OutgoingEvent
from chassis.outbox.outbox import Outbox
from chassis.outbox.process_state import OutboxOptions
from chassis.outbox.table import event_parameters, insert_events, outbox_table, select_unsent

__all__ = [
    "Outbox",
    "OutboxOptions",
    "OutgoingEvent",
    "event_parameters",
    "insert_events",
    "outbox_table",
    "select_unsent",
]
