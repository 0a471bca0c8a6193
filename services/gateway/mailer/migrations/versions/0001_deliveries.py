"""The mails to send, and who gets none."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SCHEMA = "mail"


def upgrade() -> None:
    op.create_table(
        "delivery",
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
        sa.Column("holder", sa.Uuid),
        sa.Column("held_until", sa.DateTime(timezone=True)),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("is_doubtful", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("reason", sa.Text),
        schema=_SCHEMA,
    )
    op.create_index(
        "delivery_open",
        "delivery",
        ["due_at"],
        schema=_SCHEMA,
        postgresql_where=sa.text("status in ('waiting', 'handing_over')"),
    )
    op.create_index("delivery_claimed_at", "delivery", ["claimed_at"], schema=_SCHEMA)
    op.create_index(
        "delivery_doubtful",
        "delivery",
        ["queued_at"],
        schema=_SCHEMA,
        postgresql_where=sa.text("is_doubtful"),
    )
    op.create_table(
        "suppression",
        sa.Column("address_hash", sa.LargeBinary, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        schema=_SCHEMA,
    )
    op.create_table(
        "erasure_position",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        schema=_SCHEMA,
    )


def downgrade() -> None:
    for table in ("erasure_position", "suppression", "delivery"):
        op.drop_table(table, schema=_SCHEMA)
