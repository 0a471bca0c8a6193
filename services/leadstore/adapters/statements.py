"""The statements of the projection: a batch travels as JSON, so it is three round trips, not hundreds.

PostgreSQL turns a JSON array into rows of a table by the names of its columns; those are the names of the
fields of the values: https://www.postgresql.org/docs/current/functions-json.html (jsonb_populate_recordset).
"""

from sqlalchemy import Table, TextClause, text

from services.leadstore.adapters import tables

CLAIM = text(
    """
    WITH claimed AS (
        INSERT INTO leadstore.processed_event (event_id)
        SELECT event_id FROM unnest(CAST(:event_ids AS uuid[])) AS event_id ORDER BY event_id
        ON CONFLICT DO NOTHING
        RETURNING event_id
    )
    SELECT
        (SELECT array_agg(event_id) FROM claimed) AS fresh_ids,
        (SELECT CAST(json_agg(known) AS text)
         FROM leadstore.conversation AS known
         WHERE id = ANY(CAST(:conversation_ids AS uuid[]))) AS known
    """
)

# A row is left behind when the process that stored it has had time to publish it and to note that; one that
# Kafka refuses is left behind too. Marked and not deleted: whoever publishes it all the same, too late, sees
# that somebody else was there, and publishes the newer one again.
TAKE_BACK = text(
    """
    UPDATE leadstore.outbox SET sent_at = clock_timestamp()
    WHERE sent_at IS NULL AND stored_at < now() - interval '5 seconds' AND key = ANY(CAST(:keys AS bytea[]))
    RETURNING value
    """
)

# The rows of the outbox stay without their values: whoever publishes one all the same, too late, sees that
# somebody else was there, and publishes what ends the lead once more after it.
ERASE = text(
    """
    WITH messages AS (
        DELETE FROM leadstore.message WHERE conversation_id = ANY(CAST(:ids AS uuid[]))
        RETURNING conversation_id
    ),
    proposals AS (
        DELETE FROM leadstore.proposal WHERE conversation_id = ANY(CAST(:ids AS uuid[]))
        RETURNING conversation_id
    ),
    failed_turns AS (
        DELETE FROM leadstore.failed_turn WHERE conversation_id = ANY(CAST(:ids AS uuid[]))
        RETURNING conversation_id
    ),
    refusals AS (
        DELETE FROM leadstore.refusal WHERE conversation_id = ANY(CAST(:ids AS uuid[]))
    ),
    consents AS (
        DELETE FROM leadstore.consent WHERE conversation_id = ANY(CAST(:ids AS uuid[]))
        RETURNING conversation_id
    ),
    withdrawn_links AS (
        DELETE FROM leadstore.withdrawn_link WHERE conversation_id = ANY(CAST(:ids AS uuid[]))
    ),
    lead_events AS (
        UPDATE leadstore.outbox SET value = '', sent_at = coalesce(sent_at, clock_timestamp())
        WHERE key = ANY(CAST(:keys AS bytea[])) AND value <> ''
        RETURNING key
    )
    SELECT id,
        (SELECT count(*) FROM messages WHERE conversation_id = id) AS messages,
        (SELECT count(*) FROM proposals WHERE conversation_id = id) AS proposals,
        (SELECT count(*) FROM failed_turns WHERE conversation_id = id) AS failed_turns,
        (SELECT count(*) FROM consents WHERE conversation_id = id) AS consents,
        (SELECT count(*) FROM lead_events WHERE lead_events.key = convert_to(CAST(id AS text), 'UTF8'))
            AS lead_events
    FROM unnest(CAST(:ids AS uuid[])) AS id
    """
)

QUESTIONS = text(
    """
    SELECT min(asked.question) AS question, count(*) AS times_asked, max(asked.asked_at) AS last_asked_at,
        (array_agg(id ORDER BY asked.asked_at DESC, id))[1] AS newest_conversation_id
    FROM leadstore.conversation,
        jsonb_to_recordset(wishes -> 'unanswered') AS asked(question text, asked_at timestamptz)
    WHERE erased_at IS NULL
    GROUP BY lower(asked.question)
    ORDER BY count(*) DESC, max(asked.asked_at) DESC, min(asked.question)
    LIMIT :limit
    """
)

REFUSALS = text(
    """
    SELECT reason, count(*) AS sentences, count(DISTINCT conversation_id) AS conversations,
        max(refused_at) AS last_refused_at,
        (array_agg(conversation_id ORDER BY refused_at DESC, conversation_id))[1] AS newest_conversation_id
    FROM leadstore.refusal
    GROUP BY reason
    ORDER BY count(*) DESC, reason
    """
)

RECENT_FUNNEL = text(
    """
    SELECT step, count(*) AS conversations FROM leadstore.funnel_step
    WHERE reached_at > :since AND reached_at <= :until
    GROUP BY step
    UNION ALL
    SELECT 'canceled', count(*) FROM leadstore.funnel_step JOIN leadstore.conversation ON id = conversation_id
    WHERE step = 'booked' AND reached_at > :since AND reached_at <= :until
        AND demo_at IS NULL AND erased_at IS NULL
    """
)

RECENT_COST = text(
    """
    SELECT coalesce(sum(cost_usd), 0) FROM leadstore.model_use
    WHERE used_at > :since AND used_at <= :until
    """
)

# Who asked for a person and neither booked a demo nor ended the conversation; see `Wishes.closed`.
HAND_OVERS = text(
    """
    SELECT * FROM leadstore.conversation
    WHERE wishes ->> 'person_wanted_at' IS NOT NULL AND started_at IS NOT NULL AND erased_at IS NULL
        AND status <> 'booked'
        AND (wishes ->> 'closing' IS NULL
            OR CAST(wishes ->> 'closed_sequence' AS bigint) <= CAST(wishes ->> 'interest_sequence' AS bigint))
    ORDER BY CAST(wishes ->> 'person_wanted_at' AS timestamptz), id
    LIMIT :limit
    """
)

FORGET_PROCESSED = text(
    """
    DELETE FROM leadstore.processed_event WHERE event_id IN (
        SELECT event_id FROM leadstore.processed_event WHERE processed_at < :before LIMIT :limit
    )
    """
)


def _insert(table: Table, parameter: str, on_conflict: str) -> str:
    columns = ", ".join(column.name for column in table.c)
    # Only names of our own tables and columns are put together here.
    return f"""
        INSERT INTO {table.fullname} ({columns})
        SELECT {columns}
        FROM jsonb_populate_recordset(CAST(NULL AS {table.fullname}), CAST(:{parameter} AS jsonb))
        ORDER BY {", ".join(column.name for column in table.primary_key)}
        {on_conflict}
    """  # noqa: S608


_EVERY_COLUMN = ", ".join(f"{column.name} = excluded.{column.name}" for column in tables.conversation.c)


def _save() -> TextClause:
    # The version shows whether somebody else wrote since we read; the row is then left out of the count.
    conversations = _insert(
        tables.conversation,
        "conversations",
        f"ON CONFLICT (id) DO UPDATE SET {_EVERY_COLUMN}"
        " WHERE conversation.version = excluded.version - 1 RETURNING 1",
    )
    messages = _insert(tables.message, "messages", "ON CONFLICT DO NOTHING")
    failed_turns = _insert(tables.failed_turn, "failed_turns", "ON CONFLICT DO NOTHING")
    drafts = _insert(tables.proposal, "drafts", "ON CONFLICT DO NOTHING")
    model_uses = _insert(tables.model_use, "model_uses", "ON CONFLICT DO NOTHING")
    refusals = _insert(tables.refusal, "refusals", "ON CONFLICT DO NOTHING")
    consents = _insert(tables.consent, "consents", "ON CONFLICT DO NOTHING")
    steps = _insert(
        tables.funnel_step,
        "funnel_steps",
        "ON CONFLICT (conversation_id, step) DO UPDATE SET reached_at = excluded.reached_at"
        " WHERE excluded.reached_at < funnel_step.reached_at",
    )
    return text(
        f"""
        WITH saved AS ({conversations}), said AS ({messages}), failed AS ({failed_turns}),
        drafted AS ({drafts}), used AS ({model_uses}), refused AS ({refusals}), agreed AS ({consents}),
        steps AS ({steps})
        SELECT count(*) FROM saved
        """  # noqa: S608
    )


SAVE = _save()

PLAN_ENDINGS = text(
    """
    INSERT INTO leadstore.lead_ending (conversation_id, due_at)
    SELECT id, now() + make_interval(secs => :after_s) FROM unnest(CAST(:ids AS uuid[])) AS id
    ON CONFLICT (conversation_id) DO UPDATE SET due_at = excluded.due_at
    """
)
DUE_ENDINGS = text(
    """
    WITH due AS (
        DELETE FROM leadstore.lead_ending WHERE conversation_id IN (
            SELECT conversation_id FROM leadstore.lead_ending WHERE due_at < now()
            ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
        )
        RETURNING conversation_id
    )
    SELECT erasure.conversation_id, erasure.erased_at FROM due JOIN leadstore.erasure USING (conversation_id)
    """
)
RECORD_ERASURES = text(
    _insert(
        tables.erasure,
        "erasures",
        "ON CONFLICT (conversation_id) DO NOTHING",
    )
)
