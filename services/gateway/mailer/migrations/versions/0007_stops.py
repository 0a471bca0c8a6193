"""Campaigns that were stopped, and which mails of a conversation are before another.

The version before does not use the table: while both run side by side, a stop takes effect in the newer one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SCHEMA = "mail"


def upgrade() -> None:
    op.create_table(
        "campaign_stop",
        sa.Column("campaign", sa.Text, primary_key=True),
        sa.Column("stopped_by", sa.Text, nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        schema=_SCHEMA,
    )
    op.create_index(
        "delivery_before",
        "delivery",
        ["conversation_id", "position"],
        schema=_SCHEMA,
        postgresql_where=sa.text("status in ('waiting', 'handing_over')"),
    )


def downgrade() -> None:
    op.drop_index("delivery_before", table_name="delivery", schema=_SCHEMA)
    op.drop_table("campaign_stop", schema=_SCHEMA)
