"""Conversations that a website has proven whose they are.

The version before does not use the table; both may run side by side.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SCHEMA = "mail"


def upgrade() -> None:
    op.create_table(
        "identity",
        sa.Column("conversation_id", sa.Uuid, primary_key=True),
        sa.Column("address_hash", sa.LargeBinary, nullable=False, index=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        schema=_SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("identity", schema=_SCHEMA)
