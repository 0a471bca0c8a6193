"""When a conversation was erased.

The version before does not use the column; both may run side by side.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SCHEMA = "dialogue"


def upgrade() -> None:
    op.add_column("conversation", sa.Column("erased_at", sa.DateTime(timezone=True)), schema=_SCHEMA)
    op.create_index("outbox_key", "outbox", ["key"], schema=_SCHEMA)


def downgrade() -> None:
    op.drop_index("outbox_key", "outbox", schema=_SCHEMA)
    op.drop_column("conversation", "erased_at", schema=_SCHEMA)
