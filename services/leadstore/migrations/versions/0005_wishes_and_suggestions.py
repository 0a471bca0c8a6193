"""What visitors asked, chose, wished and declined, and the quick replies that came with a reply.

Both columns have a default, so that the version before goes on beside this one.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SCHEMA = "leadstore"
_EMPTY = sa.text("'{}'")


def upgrade() -> None:
    op.add_column(
        "conversation",
        sa.Column("wishes", JSONB, nullable=False, server_default=_EMPTY),
        schema=_SCHEMA,
    )
    op.add_column(
        "message",
        sa.Column("suggestions", ARRAY(sa.Text), nullable=False, server_default=_EMPTY),
        schema=_SCHEMA,
    )


def downgrade() -> None:
    op.drop_column("message", "suggestions", schema=_SCHEMA)
    op.drop_column("conversation", "wishes", schema=_SCHEMA)
