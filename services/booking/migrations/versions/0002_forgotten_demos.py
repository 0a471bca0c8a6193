"""Which demos were erased: the calendar still has them, and they are not read from there again.

The version before does not use the table; both may run side by side.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SCHEMA = "booking"


def upgrade() -> None:
    op.create_table(
        "forgotten_demo",
        sa.Column("demo_id", sa.Uuid, primary_key=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        schema=_SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("forgotten_demo", schema=_SCHEMA)
