"""The tables of schema `booking`."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.erasure_log import position_table
from chassis.outbox import outbox_table
from chassis.postgres import metadata_for

SCHEMA = "booking"
metadata = metadata_for(SCHEMA)

demo = sa.Table(
    "demo",
    metadata,
    sa.Column("demo_id", sa.Uuid, primary_key=True),
    sa.Column("conversation_id", sa.Uuid, nullable=True, index=True),
    sa.Column("previous_id", sa.Uuid, nullable=True, index=True),
    sa.Column("next_id", sa.Uuid, nullable=True, index=True),
    sa.Column("address_digest", sa.LargeBinary, nullable=True, index=True),
    sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("state", JSONB, nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)

# Which address was given in which conversation, as a keyed digest.
invitation = sa.Table(
    "invitation",
    metadata,
    sa.Column("address_digest", sa.LargeBinary, primary_key=True),
    sa.Column("conversation_id", sa.Uuid, primary_key=True, index=True),
    sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("is_verified", sa.Boolean, nullable=False, server_default="false"),
)

# Erased here while the calendar still has it; the id alone tells nothing of anybody.
forgotten_demo = sa.Table(
    "forgotten_demo",
    metadata,
    sa.Column("demo_id", sa.Uuid, primary_key=True),
    sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)

erasure_position = position_table(metadata)
outbox = outbox_table(metadata)
