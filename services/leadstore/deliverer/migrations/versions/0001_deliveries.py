"""Subscriptions, the last state of each lead, and what every subscriber was told of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SCHEMA = "delivery"
_Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("created_at", _Time, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("secrets", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("paused_because", sa.Text),
        schema=_SCHEMA,
    )
    op.create_table(
        "state",
        sa.Column("lead_id", sa.Uuid, primary_key=True),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("is_erased", sa.Boolean, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("at", _Time, nullable=False),
        sa.Column("data", JSONB, nullable=False),
        schema=_SCHEMA,
    )
    parent = f"{_SCHEMA}.subscription.id"
    op.create_table(
        "delivery",
        sa.Column("subscription_id", sa.Uuid, sa.ForeignKey(parent, ondelete="CASCADE"), primary_key=True),
        sa.Column("lead_id", sa.Uuid, primary_key=True),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("changed", ARRAY(sa.Text), nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", _Time, nullable=False),
        sa.Column("lease", sa.Uuid),
        sa.Column("leased_until", _Time),
        sa.Column("settled_at", _Time),
        sa.Column("reason", sa.Text),
        sa.Column("memory", JSONB, nullable=False),
        schema=_SCHEMA,
    )
    waiting = sa.text("status = 'waiting'")
    op.create_index(
        "delivery_due", "delivery", ["subscription_id", "due_at"], schema=_SCHEMA, postgresql_where=waiting
    )
    op.create_index("delivery_lead", "delivery", ["lead_id"], schema=_SCHEMA)


def downgrade() -> None:
    for table in ("delivery", "state", "subscription"):
        op.drop_table(table, schema=_SCHEMA)
