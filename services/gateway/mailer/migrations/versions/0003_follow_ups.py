"""Who may be reminded of a conversation, and what is known of whether they are.

The version before does not use the table; both may run side by side.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SCHEMA = "mail"


def upgrade() -> None:
    op.create_table(
        "follow_up",
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
        schema=_SCHEMA,
    )
    op.create_index(
        "follow_up_due",
        "follow_up",
        ["due_at"],
        schema=_SCHEMA,
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_index(
        "follow_up_queued",
        "follow_up",
        ["closes_at"],
        schema=_SCHEMA,
        postgresql_where=sa.text("status = 'queued'"),
    )


def downgrade() -> None:
    op.drop_table("follow_up", schema=_SCHEMA)
