"""The tables of schema `dialogue`."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.erasure_log import position_table
from chassis.outbox import outbox_table
from chassis.postgres import metadata_for
from chassis.translations import translation_table

SCHEMA = "dialogue"
metadata = metadata_for(SCHEMA)

conversation = sa.Table(
    "conversation",
    metadata,
    sa.Column("conversation_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", JSONB, nullable=False),
    sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
    sa.Index("conversation_wake_at", "wake_at", postgresql_where=sa.text("wake_at is not null")),
)

turn = sa.Table(
    "turn",
    metadata,
    sa.Column("turn_id", sa.Uuid, primary_key=True),
    sa.Column("conversation_id", sa.Uuid, nullable=False, index=True),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("reply", sa.Text, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("calendly_shown", sa.Boolean, nullable=False),
    sa.Column("degraded", sa.Boolean, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    # Rows are appended in the order of this column, which a block range index is made for.
    sa.Index("turn_changed_at", "changed_at", postgresql_using="brin"),
)

erasure_position = position_table(metadata)
translation = translation_table(metadata)
outbox = outbox_table(metadata)
