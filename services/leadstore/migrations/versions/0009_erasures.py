"""What was erased, what was ordered to be erased, and whose conversations there are by address.

The version before does not use the tables; both may run side by side.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SCHEMA = "leadstore"


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("conversation_id", sa.Uuid, primary_key=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("deleted", JSONB, nullable=False),
        schema=_SCHEMA,
    )
    op.create_table(
        "erasure_order",
        sa.Column("order_id", sa.Uuid, primary_key=True),
        sa.Column("conversation_id", sa.Uuid, primary_key=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        schema=_SCHEMA,
    )
    op.create_index("outbox_key", "outbox", ["key"], schema=_SCHEMA)
    address = sa.text("lower(profile #>> '{contact_email,value}')")
    op.create_index("conversation_address", "conversation", [address], schema=_SCHEMA)


def downgrade() -> None:
    op.drop_index("conversation_address", "conversation", schema=_SCHEMA)
    op.drop_index("outbox_key", "outbox", schema=_SCHEMA)
    op.drop_table("erasure_order", schema=_SCHEMA)
    op.drop_table("erasure", schema=_SCHEMA)
