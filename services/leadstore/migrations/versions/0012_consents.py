"""What visitors agreed to be sent, and took back.

The version before does not use the table; both may run side by side.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SCHEMA = "leadstore"


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("conversation_id", sa.Uuid, primary_key=True),
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("wording", sa.Text),
        sa.Column("source", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("timezone", sa.Text),
        schema=_SCHEMA,
    )
    op.create_index("consent_address", "consent", [sa.text("lower(email)")], schema=_SCHEMA)


def downgrade() -> None:
    op.drop_table("consent", schema=_SCHEMA)
