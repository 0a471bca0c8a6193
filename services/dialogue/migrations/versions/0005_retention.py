"""How far erasures were read, and which turns are old.

The version before does not use the table; both may run side by side.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SCHEMA = "dialogue"


def upgrade() -> None:
    op.create_table(
        "erasure_position",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        schema=_SCHEMA,
    )
    op.create_index("turn_changed_at", "turn", ["changed_at"], schema=_SCHEMA, postgresql_using="brin")


def downgrade() -> None:
    op.drop_index("turn_changed_at", "turn", schema=_SCHEMA)
    op.drop_table("erasure_position", schema=_SCHEMA)
