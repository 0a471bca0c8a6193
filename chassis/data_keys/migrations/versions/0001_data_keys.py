"""The keys that events are sealed with, one or more a conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SCHEMA = "privacy"


def upgrade() -> None:
    op.create_table(
        "data_key",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("conversation_id", sa.Uuid, nullable=True, index=True),
        sa.Column("key", sa.LargeBinary, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(key IS NULL) = (destroyed_at IS NOT NULL)", name="data_key_destroyed"),
        schema=_SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("data_key", schema=_SCHEMA)
