"""The SQL on `privacy.data_key`."""

from sqlalchemy import text

# Two processes may make the first key of a conversation at once: the second finds what the first has stored.
FIRST_KEY = text(
    """
    WITH made AS (
        INSERT INTO privacy.data_key (id, conversation_id, key)
        VALUES (CAST(:conversation_id AS uuid), CAST(:conversation_id AS uuid), CAST(:key AS bytea))
        ON CONFLICT (id) DO NOTHING
        RETURNING key
    )
    SELECT key FROM made
    UNION ALL
    SELECT key FROM privacy.data_key WHERE id = CAST(:conversation_id AS uuid)
    """
)

_WANTED = "unnest(CAST(:ids AS uuid[]), CAST(:conversation_ids AS uuid[])) AS wanted (id, conversation_id)"

# A key that was bound while its conversation was being erased counts as destroyed until it is.
LOAD = text(
    f"""
    SELECT stored.id, stored.conversation_id, CASE WHEN erased.id IS NULL THEN stored.key END AS key
    FROM {_WANTED}
    JOIN privacy.data_key AS stored ON stored.id = wanted.id
    LEFT JOIN privacy.data_key AS erased
        ON erased.id = wanted.conversation_id AND erased.destroyed_at IS NOT NULL
    """  # noqa: S608 - only SQL of ours is put together here
)

ALIVE = text("SELECT id FROM privacy.data_key WHERE id = ANY(CAST(:ids AS uuid[])) AND key IS NOT NULL")

BIND = text(
    f"""
    UPDATE privacy.data_key AS spare SET conversation_id = wanted.conversation_id
    FROM {_WANTED}
    WHERE spare.id = wanted.id AND spare.conversation_id IS NULL
    """  # noqa: S608
)

# The count is of before: a statement does not see what it changes itself.
DESTROY = text(
    """
    WITH first AS (
        INSERT INTO privacy.data_key (id, conversation_id, key, destroyed_at)
        SELECT id, id, NULL, now() FROM unnest(CAST(:conversation_ids AS uuid[])) AS erased (id)
        ON CONFLICT (id) DO UPDATE SET key = NULL, destroyed_at = coalesce(data_key.destroyed_at, now())
    ),
    others AS (
        UPDATE privacy.data_key SET key = NULL, destroyed_at = now()
        WHERE conversation_id = ANY(CAST(:conversation_ids AS uuid[])) AND id <> conversation_id
            AND destroyed_at IS NULL
    )
    SELECT count(key) FROM privacy.data_key
    WHERE conversation_id = ANY(CAST(:conversation_ids AS uuid[]))
    """
)

ADD_SPARES = text(
    """
    INSERT INTO privacy.data_key (id, key)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS bytea[]))
    """
)
REMOVE_SPARES = text(
    "DELETE FROM privacy.data_key WHERE id = ANY(CAST(:ids AS uuid[])) AND conversation_id IS NULL"
)

DESTROY_LEFT = text(
    """
    UPDATE privacy.data_key AS other SET key = NULL, destroyed_at = now()
    FROM privacy.data_key AS first
    WHERE first.id = other.conversation_id AND first.destroyed_at IS NOT NULL AND other.key IS NOT NULL
    """
)
FORGET_SPARES = text(
    """
    DELETE FROM privacy.data_key
    WHERE conversation_id IS NULL AND created_at < now() - make_interval(days => :days)
    """
)
OUTDATED = text(
    """
    SELECT id, key FROM privacy.data_key
    WHERE key IS NOT NULL AND substring(key FROM 1 FOR 4) <> CAST(:current AS bytea) LIMIT :limit
    """
)
# Unless it was destroyed meanwhile.
REWRAP = text(
    """
    UPDATE privacy.data_key AS stored SET key = rewrapped.key
    FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS bytea[])) AS rewrapped (id, key)
    WHERE stored.id = rewrapped.id AND stored.key IS NOT NULL
    """
)
