"""How far erasures were read, and which leads are ended once more.

The version before does not use the tables; both may run side by side.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_SCHEMA = "leadstore"


def upgrade() -> None:
    op.create_table(
        "erasure_position",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        schema=_SCHEMA,
    )
    op.create_table(
        "lead_ending",
        sa.Column("conversation_id", sa.Uuid, primary_key=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        schema=_SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("lead_ending", schema=_SCHEMA)
    op.drop_table("erasure_position", schema=_SCHEMA)
