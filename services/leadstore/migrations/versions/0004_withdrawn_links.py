"""Links to a proposal can be withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SCHEMA = "leadstore"


def upgrade() -> None:
    op.create_table(
        "withdrawn_link",
        sa.Column("conversation_id", sa.Uuid, primary_key=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        schema=_SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("withdrawn_link", schema=_SCHEMA)
