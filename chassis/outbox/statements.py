"""The SQL of publishing: claims the next events, marks sent ones, finds newer ones of a key."""

from dataclasses import dataclass

import sqlalchemy as sa

from chassis.outbox.table import insert_events, select_unsent


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements on one outbox."""

    add: sa.TextClause
    mark_sent: sa.TextClause
    find: sa.TextClause
    claim: sa.TextClause
    refuse: sa.TextClause
    newer: sa.TextClause
    waiting: sa.TextClause
    prune: sa.TextClause


# An event whose process had time enough to publish it, or that its process leaves to this sweeper.
_IS_LEFT = """(
    {event}.stored_at < clock_timestamp() - make_interval(secs => :lease_s)
    OR {event}.event_id = ANY(CAST(:left AS uuid[]))
)"""


def statements_for(table: sa.Table) -> Statements:
    """The statements on `table`; only the table's own name is interpolated."""
    name = table.fullname
    return Statements(
        add=sa.text(
            f"WITH stored AS ({insert_events(table)}) {select_unsent(table, 'event_id, topic, key')}"
        ),
        mark_sent=sa.text(_mark_sent(name)),
        find=sa.text(
            f"SELECT event_id, position, topic, key, sent_at FROM {name}"  # noqa: S608
            " WHERE event_id = ANY(CAST(:ids AS uuid[]))"
        ),
        claim=sa.text(_claim(name)),
        refuse=sa.text(
            f"UPDATE {name} SET refused_at = now(), refused_reason = :reason WHERE event_id = :event_id"  # noqa: S608
        ),
        newer=sa.text(_newer(name)),
        waiting=sa.text(
            f"""
            SELECT count(*) AS pending, count(refused_at) AS refused,
                extract(epoch FROM now() - min(stored_at) FILTER (WHERE refused_at IS NULL)) AS age_s
            FROM {name} WHERE sent_at IS NULL
            """  # noqa: S608
        ),
        prune=sa.text(
            f"DELETE FROM {name} WHERE sent_at < now() - make_interval(secs => :keep_s)"  # noqa: S608
        ),
    )


def _mark_sent(name: str) -> str:
    # Never past an older event of the ordering key that is not sent: it would be published after this one.
    return f"""
        UPDATE {name} AS event SET sent_at = now()
        FROM unnest(CAST(:ids AS uuid[])) AS acked (event_id)
        WHERE event.event_id = acked.event_id AND event.sent_at IS NULL AND NOT EXISTS (
            SELECT FROM {name} AS older
            WHERE older.sent_at IS NULL AND older.key = event.key AND older.topic = event.topic
                AND older.position < event.position AND older.event_id <> ALL(CAST(:ids AS uuid[]))
        )
        RETURNING event.event_id
    """  # noqa: S608


def _claim(name: str) -> str:
    # Rows that are locked are just being marked as sent.
    return f"""
        SELECT event.* FROM {name} AS event
        WHERE event.sent_at IS NULL AND event.refused_at IS NULL AND {_IS_LEFT.format(event="event")}
            AND NOT EXISTS (
                SELECT FROM unnest(CAST(:waiting_topics AS text[]), CAST(:waiting_keys AS bytea[]))
                    AS waiting (topic, key)
                WHERE waiting.key = event.key AND waiting.topic = event.topic
            )
            AND NOT EXISTS (
                SELECT FROM {name} AS older
                WHERE older.sent_at IS NULL AND older.key = event.key AND older.topic = event.topic
                    AND older.position < event.position
                    AND (older.refused_at IS NOT NULL OR NOT {_IS_LEFT.format(event="older")})
            )
        ORDER BY event.position
        LIMIT :limit
        FOR UPDATE OF event SKIP LOCKED
    """  # noqa: S608


def _newer(name: str) -> str:
    # The lowest position first, so that the primary key bounds the search to the events of the last minutes.
    return f"""
        SELECT event.* FROM {name} AS event
        JOIN unnest(CAST(:topics AS text[]), CAST(:keys AS bytea[]), CAST(:positions AS bigint[]))
            AS late (topic, key, position)
            ON event.key = late.key AND event.topic = late.topic AND event.position > late.position
        WHERE event.position > :lowest AND (event.sent_at IS NULL OR event.refused_at IS NULL)
        ORDER BY event.position
        LIMIT :limit
    """  # noqa: S608
