"""The mails that came in, and whom a conversation by mail is held with.

The version before does not use the tables; both may run side by side.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SCHEMA = "mail"


def upgrade() -> None:
    op.create_table(
        "thread",
        sa.Column("conversation_id", sa.Uuid, primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("address_hash", sa.LargeBinary, nullable=False, index=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("is_current", sa.Boolean, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        schema=_SCHEMA,
    )
    op.create_table(
        "received",
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
        schema=_SCHEMA,
    )
    op.create_index("received_conversation", "received", ["conversation_id", "received_at"], schema=_SCHEMA)


def downgrade() -> None:
    for table in ("received", "thread"):
        op.drop_table(table, schema=_SCHEMA)
