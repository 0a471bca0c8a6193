"""The tables of schema `delivery`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.postgres import metadata_for

SCHEMA = "delivery"
metadata = metadata_for(SCHEMA)

_Time = DateTime(timezone=True)

# `sealed` holds the URL and the secrets, encrypted.
subscription = Table(
    "subscription",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("created_at", _Time, nullable=False),
    Column("host", Text, nullable=False),
    Column("secrets", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("paused_because", Text),
)

# The last state of each lead, once for all subscribers; of an erased one only that it was.
state = Table(
    "state",
    metadata,
    Column("lead_id", Uuid, primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("is_erased", Boolean, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("at", _Time, nullable=False),
    Column("data", JSONB, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("subscription_id", Uuid, ForeignKey(subscription.c.id, ondelete="CASCADE"), primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("changed", ARRAY(Text), nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", _Time, nullable=False),
    Column("lease", Uuid),
    Column("leased_until", _Time),
    Column("settled_at", _Time),
    Column("reason", Text),
    Column("memory", JSONB, nullable=False),
    Index("delivery_due", "subscription_id", "due_at", postgresql_where=text("status = 'waiting'")),
    Index("delivery_lead", "lead_id"),
)
