"""Versions that are kept, trials of a new one, and what was counted of them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SCHEMA = "rollout"


def upgrade() -> None:
    now = sa.func.now()
    op.create_table(
        "version",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        schema=_SCHEMA,
    )
    op.create_table(
        "trial",
        sa.Column("candidate", sa.Text, primary_key=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_for", sa.Text, nullable=True),
        schema=_SCHEMA,
    )
    op.create_table(
        "tally",
        sa.Column("candidate", sa.Text, primary_key=True),
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("measure", sa.Text, primary_key=True),
        sa.Column("faults", sa.BigInteger, nullable=False),
        sa.Column("chances", sa.BigInteger, nullable=False),
        schema=_SCHEMA,
    )


def downgrade() -> None:
    for table in ("tally", "trial", "version"):
        op.drop_table(table, schema=_SCHEMA)
