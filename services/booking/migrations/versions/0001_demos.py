"""Demos, which address was given in which conversation, erasures, and the outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SCHEMA = "booking"
_NOT_SENT = sa.text("sent_at is null")


def upgrade() -> None:
    op.create_table(
        "demo",
        sa.Column("demo_id", sa.Uuid, primary_key=True),
        sa.Column("conversation_id", sa.Uuid, nullable=True, index=True),
        sa.Column("previous_id", sa.Uuid, nullable=True, index=True),
        sa.Column("next_id", sa.Uuid, nullable=True, index=True),
        sa.Column("address_digest", sa.LargeBinary, nullable=True, index=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", JSONB, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        schema=_SCHEMA,
    )
    op.create_table(
        "invitation",
        sa.Column("address_digest", sa.LargeBinary, primary_key=True),
        sa.Column("conversation_id", sa.Uuid, primary_key=True, index=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        schema=_SCHEMA,
    )
    op.create_table(
        "erasure_position",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        schema=_SCHEMA,
    )
    op.create_table(
        "outbox",
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("cause_id", sa.Uuid, nullable=True, index=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_reason", sa.Text, nullable=True),
        schema=_SCHEMA,
    )
    op.create_index("outbox_key", "outbox", ["key"], schema=_SCHEMA)
    op.create_index("outbox_unsent", "outbox", ["position"], schema=_SCHEMA, postgresql_where=_NOT_SENT)
    op.create_index(
        "outbox_unsent_ordering_key",
        "outbox",
        ["key", "topic", "position"],
        schema=_SCHEMA,
        postgresql_where=_NOT_SENT,
    )


def downgrade() -> None:
    for table in ("outbox", "erasure_position", "invitation", "demo"):
        op.drop_table(table, schema=_SCHEMA)
