"""The mails of campaigns, and the demos that some of them follow.

The version before does not use the tables; both may run side by side.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SCHEMA = "mail"
_Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "campaign_mail",
        sa.Column("mail_id", sa.Uuid, primary_key=True),
        sa.Column("conversation_id", sa.Uuid, nullable=False, index=True),
        sa.Column("campaign", sa.Text, nullable=False, index=True),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("requested_at", _Time, nullable=False),
        sa.Column("message_id", sa.Text),
        sa.Column("subject", sa.Text, nullable=False, server_default=""),
        sa.Column("text", sa.Text, nullable=False, server_default=""),
        sa.Column("options", JSONB, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("language", sa.Text),
        sa.Column("demo_id", sa.Uuid),
        sa.Column("answered_at", _Time),
        schema=_SCHEMA,
    )
    op.create_table(
        "demo",
        sa.Column("demo_id", sa.Uuid, primary_key=True),
        sa.Column("conversation_id", sa.Uuid, nullable=False, index=True),
        sa.Column("starts_at", _Time),
        sa.Column("ends_at", _Time),
        sa.Column("timezone", sa.Text),
        sa.Column("is_proven", sa.Boolean, nullable=False, server_default="true"),
        sa.Column("said_at", _Time),
        sa.Column("is_over", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("is_missed", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("missed_at", _Time),
        sa.Column("invitee_hash", sa.LargeBinary, index=True),
        schema=_SCHEMA,
    )


def downgrade() -> None:
    for table in ("demo", "campaign_mail"):
        op.drop_table(table, schema=_SCHEMA)
