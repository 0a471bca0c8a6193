"""The tables of schema `mail`."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.erasure_log import position_table
from chassis.postgres import metadata_for

SCHEMA = "mail"
metadata = metadata_for(SCHEMA)

delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("delivery_id", sa.Uuid, primary_key=True),
    sa.Column("conversation_id", sa.Uuid, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("recipient_hash", sa.LargeBinary, nullable=False),
    sa.Column("domain", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False, unique=True),
    sa.Column("message", sa.LargeBinary, nullable=False),
    sa.Column("status", sa.Text, nullable=False, server_default="waiting"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("claimed_at", sa.DateTime(timezone=True)),
    # Who works on it, and until when that is believed.
    sa.Column("holder", sa.Uuid),
    sa.Column("held_until", sa.DateTime(timezone=True)),
    sa.Column("settled_at", sa.DateTime(timezone=True)),
    sa.Column("is_doubtful", sa.Boolean, nullable=False, server_default="false"),
    sa.Column("reason", sa.Text),
    sa.Column("position", sa.BigInteger, sa.Identity(), nullable=False),
    # What a mail says that need not be sent when more follows soon, without the words that more follows.
    sa.Column("held_words", sa.Text),
    # The trace in which it was queued, and goes on when it is sent.
    sa.Column("traceparent", sa.Text),
    sa.Index("delivery_open", "due_at", postgresql_where=sa.text("status in ('waiting', 'handing_over')")),
    # Also before statistics say how many wait: thousands of a campaign are queued within a minute.
    sa.Index(
        "delivery_before",
        *("conversation_id", "position"),
        postgresql_where=sa.text("status in ('waiting', 'handing_over')"),
    ),
    sa.Index("delivery_claimed_at", "claimed_at"),
    sa.Index("delivery_doubtful", "queued_at", postgresql_where=sa.text("is_doubtful")),
)

# Kept when a conversation is erased, so that nobody is written to again: a keyed hash tells no address.
suppression = sa.Table(
    "suppression",
    metadata,
    sa.Column("address_hash", sa.LargeBinary, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),
)

# A conversation that is held by mail: whom what is said unasked goes to, and whether it still goes there.
thread = sa.Table(
    "thread",
    metadata,
    sa.Column("conversation_id", sa.Uuid, primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("address_hash", sa.LargeBinary, nullable=False, index=True),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("language", sa.Text),
    sa.Column("is_current", sa.Boolean, nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
)

received = sa.Table(
    "received",
    metadata,
    sa.Column("mail_id", sa.Uuid, primary_key=True),
    sa.Column("turn_id", sa.Uuid, nullable=False, unique=True),
    sa.Column("conversation_id", sa.Uuid, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text),
    sa.Column("message_references", JSONB, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("ending", sa.Text, nullable=False),
    sa.Column("is_opening", sa.Boolean, nullable=False),
    sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("received_conversation", "conversation_id", "received_at"),
)

# Conversations of which a website has proven whose they are; the first proof counts.
identity = sa.Table(
    "identity",
    metadata,
    sa.Column("conversation_id", sa.Uuid, primary_key=True),
    sa.Column("address_hash", sa.LargeBinary, nullable=False, index=True),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
)

# Who may be reminded of a conversation, and of what is known whether they are.
follow_up = sa.Table(
    "follow_up",
    metadata,
    sa.Column("conversation_id", sa.Uuid, primary_key=True),
    sa.Column("consent", JSONB),
    sa.Column("consented_at", sa.DateTime(timezone=True)),
    sa.Column("revoked_at", sa.DateTime(timezone=True)),
    sa.Column("sequence", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("heard_at", sa.DateTime(timezone=True)),
    sa.Column("booked_at", sa.DateTime(timezone=True)),
    sa.Column("stage", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("silent_since", sa.DateTime(timezone=True)),
    sa.Column("status", sa.Text, nullable=False, server_default="idle"),
    sa.Column("reason", sa.Text),
    sa.Column("due_at", sa.DateTime(timezone=True)),
    sa.Column("closes_at", sa.DateTime(timezone=True)),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("follow_up_due", "due_at", postgresql_where=sa.text("status = 'waiting'")),
    sa.Index("follow_up_queued", "closes_at", postgresql_where=sa.text("status = 'queued'")),
)

# What was asked for in a campaign. It stays when the mail itself is forgotten, so that nobody gets it twice.
campaign_mail = sa.Table(
    "campaign_mail",
    metadata,
    sa.Column("mail_id", sa.Uuid, primary_key=True),
    sa.Column("conversation_id", sa.Uuid, nullable=False, index=True),
    sa.Column("campaign", sa.Text, nullable=False, index=True),
    sa.Column("template", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("message_id", sa.Text),
    sa.Column("subject", sa.Text, nullable=False, server_default=""),
    sa.Column("text", sa.Text, nullable=False, server_default=""),
    sa.Column("options", JSONB, nullable=False, server_default=sa.text("'[]'")),
    sa.Column("language", sa.Text),
    sa.Column("demo_id", sa.Uuid),
    sa.Column("answered_at", sa.DateTime(timezone=True)),
    # When its recipient was erased, and the demo with them.
    sa.Column("had_booked", sa.Boolean, nullable=False, server_default="false"),
)

# Of a campaign that is here no mail is handed over.
campaign_stop = sa.Table(
    "campaign_stop",
    metadata,
    sa.Column("campaign", sa.Text, primary_key=True),
    sa.Column("stopped_by", sa.Text, nullable=False),
    sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
)

demo = sa.Table(
    "demo",
    metadata,
    sa.Column("demo_id", sa.Uuid, primary_key=True),
    sa.Column("conversation_id", sa.Uuid, nullable=False, index=True),
    sa.Column("starts_at", sa.DateTime(timezone=True)),
    sa.Column("ends_at", sa.DateTime(timezone=True)),
    sa.Column("timezone", sa.Text),
    sa.Column("is_proven", sa.Boolean, nullable=False, server_default="true"),
    sa.Column("said_at", sa.DateTime(timezone=True)),
    sa.Column("is_over", sa.Boolean, nullable=False, server_default="false"),
    sa.Column("is_missed", sa.Boolean, nullable=False, server_default="false"),
    sa.Column("missed_at", sa.DateTime(timezone=True)),
    sa.Column("invitee_hash", sa.LargeBinary, index=True),
)

erasure_position = position_table(metadata)
