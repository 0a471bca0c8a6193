"""The SQL of campaigns and of the demos that mails follow."""

from typing import Final

import sqlalchemy as sa

# What became of a mail: the delivery knows, and when it is forgotten the mail itself.
_STATUS: Final = "coalesce(delivery.status, asked.status)"

# A demo that was moved does not say again who it was booked by.
_OF_INVITEE: Final = """
    demo.conversation_id IN (SELECT conversation_id FROM mail.demo WHERE invitee_hash = :address_hash)
"""

FIRST_MAIL: Final = sa.text(
    f"""
    SELECT asked.conversation_id, asked.subject, asked.message_id, asked.language, asked.answered_at,
        delivery.status,
        EXISTS (
            SELECT FROM mail.demo WHERE starts_at IS NOT NULL AND NOT is_over
                AND (demo.conversation_id = asked.conversation_id OR {_OF_INVITEE})
        ) AS is_booked
    FROM mail.campaign_mail AS asked LEFT JOIN mail.delivery ON delivery_id = mail_id
    WHERE mail_id = :mail_id
    """  # noqa: S608 - only our own words are put in
)
# The newest demo that took place: of the campaign's conversation, of one by mail, or booked with the address.
DEMO_OF: Final = sa.text(
    f"""
    SELECT demo_id, conversation_id, starts_at, timezone, is_proven FROM mail.demo
    WHERE ends_at < :before AND NOT is_over AND NOT is_missed AND (
        {_OF_INVITEE} OR is_proven AND (
            conversation_id = :conversation_id
            OR conversation_id IN (SELECT conversation_id FROM mail.thread WHERE address_hash = :address_hash)
        )
    )
    ORDER BY starts_at DESC LIMIT 1
    """  # noqa: S608 - only our own words are put in
).columns(demo_id=sa.Uuid, conversation_id=sa.Uuid)
# Of a conversation by mail with this address: its newest mail, theirs before ours.
LAST_MAIL: Final = sa.text(
    """
    SELECT newest.*, thread.language FROM (
        (
            SELECT subject, message_id, message_references FROM mail.received
            WHERE conversation_id = :conversation_id AND ending = 'turn' ORDER BY received_at DESC LIMIT 1
        )
        UNION ALL
        (
            SELECT subject, message_id, '[]' FROM mail.campaign_mail
            WHERE conversation_id = :conversation_id AND message_id IS NOT NULL
            ORDER BY requested_at DESC LIMIT 1
        )
    ) AS newest
    JOIN mail.thread ON thread.conversation_id = :conversation_id AND address_hash = :address_hash
    LIMIT 1
    """
)
# A demo stands in its conversation.
_IS_BOOKED: Final = """
    EXISTS (
        SELECT FROM mail.demo
        WHERE demo.conversation_id = asked.conversation_id AND starts_at IS NOT NULL AND NOT is_over
    )
"""
REPORT: Final = sa.text(
    f"""
    SELECT template, count(*) AS asked,
        count(*) FILTER (WHERE status IN ('waiting', 'handing_over')) AS waiting,
        count(*) FILTER (WHERE status = 'stopped') AS stopped,
        count(*) FILTER (WHERE status = 'sent') AS sent,
        count(*) FILTER (WHERE status = 'refused') AS refused,
        count(*) FILTER (WHERE status = 'suppressed') AS suppressed,
        count(*) FILTER (WHERE status IN ('skipped', 'answered', 'booked')) AS skipped,
        count(*) FILTER (WHERE answered_at IS NOT NULL) AS answered,
        count(*) FILTER (WHERE is_booked) AS booked
    FROM (
        SELECT template, answered_at, requested_at,
            CASE WHEN {_STATUS} = 'waiting' AND EXISTS (
                SELECT FROM mail.campaign_stop WHERE campaign_stop.campaign = asked.campaign
            ) THEN 'stopped' ELSE {_STATUS} END AS status,
            had_booked OR {_IS_BOOKED} AS is_booked
        FROM mail.campaign_mail AS asked LEFT JOIN mail.delivery ON delivery_id = mail_id
        WHERE campaign = :campaign
    ) AS mails
    GROUP BY template ORDER BY min(requested_at)
    """  # noqa: S608 - only our own words are put in
)
BOOKED: Final = sa.text(
    """
    INSERT INTO mail.demo (
        demo_id, conversation_id, starts_at, ends_at, timezone, is_proven, said_at, invitee_hash
    ) VALUES (
        :demo_id, :conversation_id, :starts_at, :ends_at, :timezone, :is_proven, :said_at, :invitee_hash
    )
    ON CONFLICT (demo_id) DO UPDATE SET
        starts_at = excluded.starts_at, ends_at = excluded.ends_at, timezone = excluded.timezone,
        is_proven = excluded.is_proven,
        said_at = excluded.said_at, invitee_hash = coalesce(excluded.invitee_hash, demo.invitee_hash)
    WHERE demo.said_at IS NULL OR demo.said_at <= excluded.said_at
    """
)
OVER: Final = sa.text(
    """
    INSERT INTO mail.demo (demo_id, conversation_id, is_over) VALUES (:demo_id, :conversation_id, true)
    ON CONFLICT (demo_id) DO UPDATE SET is_over = true
    """
)
MISSED: Final = sa.text(
    """
    INSERT INTO mail.demo (demo_id, conversation_id, is_missed, missed_at)
    VALUES (:demo_id, :conversation_id, :is_missed, :said_at)
    ON CONFLICT (demo_id) DO UPDATE SET is_missed = excluded.is_missed, missed_at = excluded.missed_at
    WHERE demo.missed_at IS NULL OR demo.missed_at <= excluded.missed_at
    """
)
# A mail is due no more when its recipient has answered or booked meanwhile, or the demo turns out to be none.
NOT_DUE: Final = """
    EXISTS (
        SELECT FROM mail.campaign_mail AS asked WHERE asked.mail_id = delivery.delivery_id AND (
            asked.template = 'follow_up' AND (
                EXISTS (
                    SELECT FROM mail.campaign_mail AS sent
                    WHERE sent.conversation_id = asked.conversation_id AND sent.answered_at IS NOT NULL
                ) OR EXISTS (
                    SELECT FROM mail.demo WHERE starts_at IS NOT NULL AND NOT is_over AND (
                        demo.conversation_id = asked.conversation_id
                        OR demo.conversation_id IN (
                            SELECT conversation_id FROM mail.demo WHERE invitee_hash = delivery.recipient_hash
                        )
                    )
                )
            ) OR asked.template = 'after_demo' AND NOT EXISTS (
                SELECT FROM mail.demo WHERE demo.demo_id = asked.demo_id AND NOT is_over AND NOT is_missed
            )
        )
    )
"""
# Its campaign was stopped.
STOPPED: Final = """
    EXISTS (
        SELECT FROM mail.campaign_stop JOIN mail.campaign_mail AS asked USING (campaign)
        WHERE asked.mail_id = delivery.delivery_id
    )
"""
# Whoever stopped it first did.
STOP: Final = sa.text(
    """
    INSERT INTO mail.campaign_stop (campaign, stopped_by, stopped_at) VALUES (:campaign, :by, :now)
    ON CONFLICT DO NOTHING
    """
)
# It counts from now on how long a mail is tried.
RESUME: Final = sa.text(
    """
    WITH resumed AS (DELETE FROM mail.campaign_stop WHERE campaign = :campaign)
    UPDATE mail.delivery SET status = 'waiting', settled_at = NULL, queued_at = :now, due_at = :now
    FROM mail.campaign_mail AS asked
    WHERE asked.mail_id = delivery.delivery_id AND asked.campaign = :campaign AND delivery.status = 'stopped'
    """
)
ANSWERED: Final = sa.text(
    """
    UPDATE mail.campaign_mail SET answered_at = :now
    WHERE conversation_id = :conversation_id AND answered_at IS NULL AND message_id IS NOT NULL
    """
)
# Ours since the mail before: what was sent later answers nothing yet.
SENT_BEFORE: Final = sa.text(
    """
    SELECT ours.mail_id, ours.text, ours.language, ours.campaign, ours.options,
        coalesce(settled_at, claimed_at) AS sent_at
    FROM mail.campaign_mail AS ours JOIN mail.delivery ON delivery_id = ours.mail_id
    JOIN mail.received AS this ON this.mail_id = :received_id
    WHERE ours.conversation_id = this.conversation_id AND ours.text <> ''
        AND delivery.status IN ('sent', 'handing_over')
        AND coalesce(settled_at, claimed_at) <= this.received_at
        AND coalesce(settled_at, claimed_at) > coalesce(
            (
                SELECT max(before.received_at) FROM mail.received AS before
                WHERE before.conversation_id = this.conversation_id AND before.ending = 'turn'
                    AND before.received_at < this.received_at
            ), '-infinity'
        )
    ORDER BY sent_at LIMIT 10
    """
)
# The conversations begun with an address by mail, also where it is forgotten, or held with it.
OF_ADDRESS: Final = sa.text(
    """
    SELECT conversation_id FROM mail.campaign_mail WHERE conversation_id = ANY(CAST(:begun AS uuid[]))
    UNION SELECT conversation_id FROM mail.thread WHERE address_hash = :address_hash
    UNION SELECT conversation_id FROM mail.identity WHERE address_hash = :address_hash
    """
).columns(conversation_id=sa.Uuid)
# Before the deliveries and the demos are deleted; what waits then is never sent.
ERASE: Final = sa.text(
    f"""
    UPDATE mail.campaign_mail AS asked SET
        text = '', subject = '', options = '[]', had_booked = had_booked OR {_IS_BOOKED},
        status = coalesce(
            (SELECT status FROM mail.delivery WHERE delivery_id = mail_id AND status <> 'waiting'),
            CASE WHEN asked.status = 'waiting' THEN 'skipped' ELSE asked.status END
        )
    WHERE conversation_id = ANY(CAST(:ids AS uuid[]))
    """  # noqa: S608 - only our own words are put in
)
