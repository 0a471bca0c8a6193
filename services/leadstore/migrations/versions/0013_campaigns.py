"""The campaign whose mail a visitor answered first.

It may be left out, so that the version before goes on beside this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_SCHEMA = "leadstore"


def upgrade() -> None:
    op.add_column("conversation", sa.Column("campaign", sa.Text), schema=_SCHEMA)
    op.add_column("conversation", sa.Column("campaign_at", sa.DateTime(timezone=True)), schema=_SCHEMA)


def downgrade() -> None:
    op.drop_column("conversation", "campaign_at", schema=_SCHEMA)
    op.drop_column("conversation", "campaign", schema=_SCHEMA)
