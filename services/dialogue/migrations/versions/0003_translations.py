"""Translations of the playbook's lines, kept for good.

The version before does not use the table; both may run side by side.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SCHEMA = "dialogue"


def upgrade() -> None:
    op.create_table(
        "translation",
        sa.Column("language", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=True),
        sa.Column("author", sa.Text, nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        schema=_SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("translation", schema=_SCHEMA)
