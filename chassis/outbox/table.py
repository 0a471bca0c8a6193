"""The table of an outbox, and how events are stored in it."""

from collections.abc import Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.kafka.sealing import OutgoingEvent
from chassis.kafka.telemetry import context_of_cause, headers_of_context


def outbox_table(metadata: sa.MetaData) -> sa.Table:
    """The outbox of a service, in the schema of `metadata`."""
    return sa.Table(
        "outbox",
        metadata,
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("cause_id", sa.Uuid, nullable=True, index=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_reason", sa.Text, nullable=True),
        # Whoever erases a conversation finds its events here.
        sa.Index("outbox_key", "key"),
        sa.Index("outbox_unsent", "position", postgresql_where=sa.text("sent_at is null")),
        sa.Index(
            "outbox_unsent_ordering_key",
            "key",
            "topic",
            "position",
            postgresql_where=sa.text("sent_at is null"),
        ),
    )


def insert_events(table: sa.Table, *, provided: str | None = None) -> str:
    """The SQL that stores what `event_parameters` hold, in their order.

    As a part of a larger statement it can name a CTE in `provided`: events are stored only if that has a row.
    """
    columns = "event_id, cause_id, topic, key, value, headers"
    condition = f"WHERE EXISTS (SELECT FROM {provided})" if provided else ""
    # Arrays, because a statement with as many rows as there are events would be compiled anew each time.
    # A transaction may have begun long before; an event is as old as its row. Only our own names are put in.
    return f"""
        INSERT INTO {table.fullname} ({columns}, stored_at)
        SELECT event_id, cause_id, topic, key, value, CAST(headers AS jsonb), clock_timestamp()
        FROM unnest(
            CAST(:event_ids AS uuid[]), CAST(:cause_ids AS uuid[]), CAST(:topics AS text[]),
            CAST(:keys AS bytea[]), CAST(:values AS bytea[]), CAST(:headers AS text[])
        ) WITH ORDINALITY AS event ({columns}, place)
        {condition}
        ORDER BY place
        ON CONFLICT (event_id) DO NOTHING
    """  # noqa: S608


def select_unsent(table: sa.Table, columns: str) -> str:
    """The SQL that finds unsent events with the keys in `event_parameters`.

    In one statement with `insert_events` it finds those that were stored before. Whoever changes the state of
    a key must hold its row lock by then, so that nobody else stores events of the key meanwhile.
    """
    return f"""
        SELECT {columns} FROM {table.fullname} AS unsent
        WHERE unsent.sent_at IS NULL AND unsent.key = ANY(CAST(:keys AS bytea[]))
    """  # noqa: S608


def event_parameters(events: Sequence[OutgoingEvent]) -> dict[str, Any]:
    """Parameters for `insert_events` and `select_unsent`."""
    causes = {event.causation_id for event in events}
    trace_headers = {cause: headers_of_context(context_of_cause(str(cause))) for cause in causes}
    return {
        "event_ids": [event.id for event in events],
        "cause_ids": [event.causation_id for event in events],
        "topics": [event.topic for event in events],
        "keys": [event.key for event in events],
        "values": [event.value for event in events],
        "headers": [
            orjson.dumps(event.headers | trace_headers[event.causation_id]).decode() for event in events
        ],
    }
