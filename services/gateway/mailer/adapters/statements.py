"""The SQL of the mailer's outbox."""

from typing import Final

import sqlalchemy as sa

from services.gateway.mailer.adapters.campaign_statements import NOT_DUE, STOPPED

ADD: Final = sa.text(
    """
    INSERT INTO mail.delivery (
        delivery_id, conversation_id, kind, sender, recipient, recipient_hash, domain, message_id, message,
        traceparent, queued_at, due_at, held_words
    ) VALUES (
        :delivery_id, :conversation_id, :kind, :sender, :recipient, :recipient_hash, :domain, :message_id,
        :message, :traceparent, :now, :due_at, :held_words
    ) ON CONFLICT DO NOTHING
    """
)
# One process at a time claims, so that the pace is that of all processes together.
ONE_AT_A_TIME: Final = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('mail.claims', 0))")
# Somebody who wants no more mails and then writes to us is answered; a dead address is not.
_WANTS_NONE: Final = """
    EXISTS (
        SELECT FROM mail.suppression
        WHERE address_hash = delivery.recipient_hash AND NOT (reason = 'opt_out' AND delivery.kind = 'answer')
    )
"""
# Something was heard of the visitor since it was queued, or somebody took over.
_IS_NEEDLESS: Final = """
    delivery.kind = 'follow_up' AND NOT EXISTS (
        SELECT FROM mail.follow_up
        WHERE follow_up.conversation_id = delivery.conversation_id AND follow_up.status = 'queued'
    )
"""
# It is night where they live.
_IS_UNTIMELY: Final = """
    delivery.kind = 'follow_up' AND EXISTS (
        SELECT FROM mail.follow_up
        WHERE follow_up.conversation_id = delivery.conversation_id AND follow_up.closes_at <= :now
    )
"""
SUPPRESS: Final = sa.text(
    f"""
    UPDATE mail.delivery SET
        status = CASE
            WHEN {_WANTS_NONE} THEN 'suppressed'
            WHEN {NOT_DUE} THEN 'skipped'
            WHEN {STOPPED} THEN 'stopped'
            ELSE 'suppressed'
        END,
        settled_at = :now, held_until = NULL
    WHERE status = 'waiting' AND (held_until IS NULL OR held_until < :now)
        AND ({_WANTS_NONE} OR {_IS_NEEDLESS} OR {NOT_DUE} OR {STOPPED})
    """  # noqa: S608 - only our own words are put in
)
# A mail waits for what was made before it for the same reader and is due, or was; but no answer waits for the
# cap of a day.
CLAIM: Final = sa.text(
    """
    WITH handed AS (
        SELECT domain, count(*) AS mails FROM mail.delivery
        WHERE claimed_at > :a_minute_ago GROUP BY domain
    ), unanswered AS (
        SELECT count(*) AS mails FROM mail.delivery WHERE claimed_at > :a_day_ago AND kind <> 'answer'
    ), due AS (
        SELECT delivery_id, domain, kind, due_at, position,
            row_number() OVER (PARTITION BY domain ORDER BY kind <> 'answer', due_at, position) AS of_domain
        FROM mail.delivery CROSS JOIN unanswered
        WHERE status = 'waiting' AND due_at <= :now AND (held_until IS NULL OR held_until < :now)
            AND NOT EXISTS (
                SELECT FROM mail.delivery AS earlier
                WHERE earlier.conversation_id = delivery.conversation_id
                    AND earlier.recipient_hash = delivery.recipient_hash
                    AND earlier.position < delivery.position
                    AND earlier.status IN ('waiting', 'handing_over')
                    AND (earlier.attempts > 0 OR earlier.due_at <= :now)
                    AND (delivery.kind <> 'answer' OR earlier.kind = 'answer' OR unanswered.mails < :a_day)
            )
    ), allowed AS (
        SELECT delivery_id, kind, due_at, position,
            row_number() OVER (PARTITION BY kind = 'answer' ORDER BY due_at, position) AS of_kind
        FROM due LEFT JOIN handed USING (domain)
        WHERE of_domain + coalesce(handed.mails, 0) <= :per_domain
    ), next AS (
        SELECT delivery_id FROM allowed CROSS JOIN unanswered
        WHERE kind = 'answer' OR of_kind + unanswered.mails <= :a_day
        ORDER BY kind <> 'answer', due_at, position
        LIMIT :limit
    )
    UPDATE mail.delivery SET
        attempts = attempts + 1, claimed_at = :now, holder = :holder, held_until = :held_until
    FROM next WHERE delivery.delivery_id = next.delivery_id
    RETURNING delivery.delivery_id, conversation_id, kind, sender, recipient, message_id, message, attempts,
        queued_at, traceparent
    """
).columns(delivery_id=sa.Uuid, conversation_id=sa.Uuid)
HAND_OVER: Final = sa.text(
    f"""
    UPDATE mail.delivery SET status = 'handing_over'
    WHERE delivery_id = :delivery_id AND attempts = :attempt AND holder = :holder AND status = 'waiting'
        AND NOT ({_WANTS_NONE} OR {_IS_NEEDLESS} OR {_IS_UNTIMELY} OR {NOT_DUE} OR {STOPPED})
    """  # noqa: S608 - only our own words are put in
)
# A mail that was counted as sent because this process seemed dead may still be settled by it.
SETTLE: Final = sa.text(
    """
    UPDATE mail.delivery SET
        status = :status, is_doubtful = :is_doubtful, reason = :reason, held_until = NULL,
        due_at = coalesce(:due_at, due_at), settled_at = :settled_at
    WHERE delivery_id = :delivery_id AND attempts = :attempt
        AND (status IN ('waiting', 'handing_over') OR (status = 'sent' AND is_doubtful))
    RETURNING recipient_hash
    """
)
KEEP: Final = sa.text(
    """
    UPDATE mail.delivery SET held_until = :held_until
    WHERE delivery_id = ANY(CAST(:ids AS uuid[])) AND holder = :holder AND held_until IS NOT NULL
        AND status IN ('waiting', 'handing_over')
    """
)
# What a process was sending, and what was counted as sent because its sign of life was missing.
HELD_BY: Final = sa.text(
    """
    SELECT delivery_id, conversation_id, kind, sender, recipient, message_id, message, attempts, queued_at,
        traceparent, status, is_doubtful
    FROM mail.delivery
    WHERE holder = :holder AND (
        (status IN ('waiting', 'handing_over') AND held_until IS NOT NULL)
        OR (status = 'sent' AND is_doubtful)
    )
    FOR UPDATE
    """
).columns(delivery_id=sa.Uuid, conversation_id=sa.Uuid)
LET_GO: Final = sa.text(
    """
    UPDATE mail.delivery SET holder = NULL
    WHERE holder = :holder AND (status IN ('waiting', 'handing_over') OR is_doubtful)
    """
)
SETTLE_LOST: Final = sa.text(
    """
    UPDATE mail.delivery SET
        status = 'sent', is_doubtful = true, held_until = NULL, settled_at = :now,
        reason = 'the mailer ended while it handed the mail over'
    WHERE status = 'handing_over' AND held_until < :now
    """
)
BACKLOG: Final = sa.text(
    """
    SELECT
        count(*) FILTER (WHERE status IN ('waiting', 'handing_over')) AS waiting,
        min(queued_at) FILTER (WHERE status = 'waiting' AND kind = 'answer') AS oldest,
        count(*) FILTER (WHERE is_doubtful) AS doubtful
    FROM mail.delivery WHERE status IN ('waiting', 'handing_over') OR is_doubtful
    """
)
RESEND: Final = sa.text(
    """
    UPDATE mail.delivery SET
        status = 'waiting', is_doubtful = false, due_at = :now, queued_at = :now, settled_at = NULL
    WHERE delivery_id = :delivery_id AND ((status = 'sent' AND is_doubtful) OR status = 'refused')
    """
)
BELIEVE: Final = sa.text(
    """
    UPDATE mail.delivery SET is_doubtful = false, settled_at = :now
    WHERE delivery_id = :delivery_id AND status = 'sent' AND is_doubtful
    """
)
NOTE_ARRIVED: Final = sa.text(
    """
    UPDATE mail.delivery SET is_doubtful = false, settled_at = :now, reason = 'a mail that came in names it'
    WHERE is_doubtful AND status = 'sent' AND message_id = ANY(CAST(:message_ids AS text[]))
    """
)
SUPPRESS_ADDRESS: Final = sa.text(
    """
    INSERT INTO mail.suppression (address_hash, reason, since) VALUES (:address_hash, :reason, :now)
    ON CONFLICT (address_hash) DO UPDATE SET reason = excluded.reason, since = excluded.since
        WHERE suppression.reason = 'opt_out' AND excluded.reason <> 'opt_out'
    """
)
# What nobody has begun to send.
_HELD: Final = "held_words IS NOT NULL AND status = 'waiting' AND attempts = 0"
HELD: Final = sa.text(
    f"""
    SELECT delivery_id, recipient, held_words FROM mail.delivery
    WHERE conversation_id = :conversation_id AND {_HELD} ORDER BY position LIMIT 1
    """  # noqa: S608 - only our own words are put in
).columns(delivery_id=sa.Uuid)
REPLACE: Final = sa.text(
    f"""
    UPDATE mail.delivery SET status = 'replaced', settled_at = :now
    WHERE delivery_id = :delivery_id AND {_HELD}
    """  # noqa: S608 - only our own words are put in
)
# Of a mail of a campaign it stays known that it was sent; whom it went to does not, unless they answered.
FORGET_OLD: Final = sa.text(
    """
    WITH old AS (
        SELECT delivery_id, status FROM mail.delivery
        WHERE status NOT IN ('waiting', 'handing_over') AND settled_at < :before
        LIMIT 5000
    ), kept AS (
        UPDATE mail.campaign_mail SET status = old.status, subject = '', text = '', options = '[]'
        FROM old WHERE mail_id = old.delivery_id RETURNING conversation_id
    ), unanswered AS (
        DELETE FROM mail.thread
        WHERE conversation_id IN (SELECT conversation_id FROM kept)
            AND NOT EXISTS (SELECT FROM mail.received WHERE conversation_id = thread.conversation_id)
    )
    DELETE FROM mail.delivery WHERE delivery_id IN (SELECT delivery_id FROM old)
    """
)
