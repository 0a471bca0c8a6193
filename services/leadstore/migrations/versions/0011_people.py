"""Who speaks in a conversation, and the names of the people who wrote in it.

Both may be left out, so that the version before goes on beside this one.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SCHEMA = "leadstore"


def upgrade() -> None:
    empty = sa.text("'{}'")
    speaking = sa.Column("speaking", JSONB, nullable=False, server_default=empty)
    op.add_column("conversation", speaking, schema=_SCHEMA)
    op.add_column("message", sa.Column("name", sa.Text), schema=_SCHEMA)


def downgrade() -> None:
    op.drop_column("message", "name", schema=_SCHEMA)
    op.drop_column("conversation", "speaking", schema=_SCHEMA)
