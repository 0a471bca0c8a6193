"""The SQL of the mails to visitors who went silent."""

from typing import Final

import sqlalchemy as sa

ONE_AN_ADDRESS: Final = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('mail.follow_up ' || :of, 0))")
SENT_BEFORE: Final = sa.text(
    """
    SELECT
        count(*) FILTER (WHERE conversation_id = :conversation_id) AS to_conversation,
        count(*) FILTER (WHERE recipient_hash = :address_hash) AS to_address,
        EXISTS (SELECT FROM mail.suppression WHERE address_hash = :address_hash) AS is_suppressed
    FROM mail.delivery
    WHERE kind = 'follow_up' AND status NOT IN ('suppressed', 'refused') AND queued_at > :since
        AND (conversation_id = :conversation_id OR recipient_hash = :address_hash)
    """
).bindparams(sa.bindparam("conversation_id", type_=sa.Uuid))
# The hours are over in which it could have been sent: not before the server of its recipient is back.
TAKE_BACK: Final = sa.text(
    """
    WITH late AS (
        DELETE FROM mail.delivery USING mail.follow_up
        WHERE delivery.kind = 'follow_up' AND delivery.status = 'waiting'
            AND (delivery.held_until IS NULL OR delivery.held_until < :now)
            AND follow_up.conversation_id = delivery.conversation_id
            AND follow_up.status = 'queued' AND follow_up.closes_at <= :now
        RETURNING delivery.conversation_id
    )
    UPDATE mail.follow_up SET status = 'waiting', due_at = :now, closes_at = NULL, changed_at = :now
    FROM late WHERE follow_up.conversation_id = late.conversation_id
    RETURNING follow_up.conversation_id
    """
).columns(conversation_id=sa.Uuid)
SETTLE: Final = sa.text(
    """
    WITH ended AS (
        SELECT follow_up.conversation_id,
            bool_or(delivery.status = 'sent') AS is_sent,
            bool_or(delivery.status = 'suppressed') AS is_unwanted
        FROM mail.follow_up JOIN mail.delivery USING (conversation_id)
        WHERE follow_up.status = 'queued' AND delivery.kind = 'follow_up'
            AND delivery.queued_at >= follow_up.silent_since
        GROUP BY follow_up.conversation_id
        HAVING bool_and(delivery.status IN ('sent', 'refused', 'suppressed'))
    )
    UPDATE mail.follow_up SET
        status = CASE WHEN is_sent THEN 'sent' ELSE 'stopped' END,
        reason = CASE WHEN is_sent THEN NULL WHEN is_unwanted THEN 'suppressed' ELSE 'refused' END,
        changed_at = :now
    FROM ended WHERE follow_up.conversation_id = ended.conversation_id AND follow_up.status = 'queued'
    RETURNING coalesce(reason, follow_up.status) AS ending
    """
)
FORGET_OLD: Final = sa.text(
    """
    DELETE FROM mail.follow_up WHERE conversation_id IN (
        SELECT conversation_id FROM mail.follow_up
        WHERE status NOT IN ('waiting', 'queued') AND changed_at < :before LIMIT 5000
    )
    """
)
