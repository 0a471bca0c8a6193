"""The tables of schema `leadstore`. A column is named as the field of the value it holds."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.erasure_log import position_table
from chassis.outbox import outbox_table
from chassis.postgres import metadata_for

SCHEMA = "leadstore"
metadata = metadata_for(SCHEMA)

_Time = DateTime(timezone=True)

processed_event = Table(
    "processed_event",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("processed_at", _Time, nullable=False, server_default=func.now()),
    # Rows are appended in the order of this column, which a block range index is made for.
    Index("processed_event_processed_at", "processed_at", postgresql_using="brin"),
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("source", Text),
    Column("started_at", _Time),
    Column("stage", Text, nullable=False),
    Column("stage_at", _Time),
    Column("status", Text, nullable=False),
    Column("profile", JSONB, nullable=False),
    Column("profile_sequence", BigInteger, nullable=False),
    Column("profile_at", _Time),
    Column("proposal", JSONB),
    Column("tier", JSONB),
    Column("proposal_id", Uuid, nullable=False),
    Column("proposal_revision", Integer, nullable=False),
    Column("proposal_author", Text),
    Column("proposed_at", _Time),
    Column("booking_url", Text),
    Column("link_issued_at", _Time),
    Column("link_sent_at", _Time),
    Column("demos", JSONB, nullable=False),
    Column("demos_at", _Time),
    Column("wishes", JSONB, nullable=False, server_default=text("'{}'")),
    Column("speaking", JSONB, nullable=False, server_default=text("'{}'")),
    Column("demo_at", _Time),
    Column("stalled_at", _Time),
    Column("last_turn_at", _Time),
    Column("last_message_at", _Time),
    Column("last_sequence", BigInteger, nullable=False),
    Column("changed_at", _Time),
    Column("erased_at", _Time),
    Column("campaign", Text),
    Column("campaign_at", _Time),
    Column("search_words", ARRAY(Text), nullable=False, server_default=text("'{}'")),
)
Index(
    "conversation_search",
    func.array_to_tsvector(conversation.c.search_words),
    postgresql_using="gin",
    postgresql_where=text("started_at IS NOT NULL AND erased_at IS NULL"),
)
Index(
    "conversation_newest",
    conversation.c.started_at.desc(),
    conversation.c.id.desc(),
    postgresql_where=text("started_at IS NOT NULL AND erased_at IS NULL"),
)
Index(
    "conversation_newest_by_status",
    conversation.c.status,
    conversation.c.started_at.desc(),
    conversation.c.id.desc(),
    postgresql_where=text("started_at IS NOT NULL AND erased_at IS NULL"),
)
Index("conversation_address", text("lower(profile #>> '{contact_email,value}')"), _table=conversation)

message = Table(
    "message",
    metadata,
    Column("conversation_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("role", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", _Time, nullable=False),
    Column("sequence", BigInteger),
    Column("answers", ARRAY(Uuid), nullable=False),
    Column("author", Text),
    Column("degraded", Boolean, nullable=False),
    Column("suggestions", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("name", Text),
)

failed_turn = Table(
    "failed_turn",
    metadata,
    Column("conversation_id", Uuid, primary_key=True),
    Column("turn_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", _Time, nullable=False),
)

proposal = Table(
    "proposal",
    metadata,
    Column("conversation_id", Uuid, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("proposal_id", Uuid, primary_key=True),
    Column("proposal", JSONB, nullable=False),
    Column("tier", JSONB, nullable=False),
    Column("author", Text),
    Column("drafted_at", _Time, nullable=False),
    Column("translations", JSONB, nullable=False, server_default=text("'{}'")),
    Column("playbook", Text),
)

consent = Table(
    "consent",
    metadata,
    Column("conversation_id", Uuid, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("change", Text, nullable=False),
    Column("at", _Time, nullable=False),
    Column("email", Text),
    Column("wording", Text),
    Column("source", Text),
    Column("language", Text),
    Column("timezone", Text),
)
Index("consent_address", func.lower(consent.c.email))

withdrawn_link = Table(
    "withdrawn_link",
    metadata,
    Column("conversation_id", Uuid, primary_key=True),
    Column("withdrawn_at", _Time, nullable=False),
)

erasure = Table(
    "erasure",
    metadata,
    Column("conversation_id", Uuid, primary_key=True),
    Column("erased_at", _Time, nullable=False),
    Column("reason", Text),
    Column("deleted", JSONB, nullable=False),
)

erasure_position = position_table(metadata)

# Leads that are ended once more, in a later segment: Kafka compacts none that is written to.
lead_ending = Table(
    "lead_ending",
    metadata,
    Column("conversation_id", Uuid, primary_key=True),
    Column("due_at", _Time, nullable=False),
)

erasure_order = Table(
    "erasure_order",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("conversation_id", Uuid, primary_key=True),
    Column("ordered_at", _Time, nullable=False, server_default=func.now()),
)

model_use = Table(
    "model_use",
    metadata,
    Column("conversation_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("used_at", _Time, nullable=False),
    Column("model", Text),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("cost_usd", Float(53), nullable=False),
    Index("model_use_used_at", "used_at"),
)

refusal = Table(
    "refusal",
    metadata,
    Column("conversation_id", Uuid, primary_key=True),
    Column("reply_id", Uuid, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("refused_at", _Time, nullable=False),
)

funnel_step = Table(
    "funnel_step",
    metadata,
    Column("conversation_id", Uuid, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("reached_at", _Time, nullable=False),
    Index("funnel_step_reached_at", "reached_at"),
)

outbox = outbox_table(metadata)
