"""Which addresses a website has signed as those of its visitors: what is booked with one is proven.

The version before takes every address as one that was only given; both may run side by side.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SCHEMA = "booking"


def upgrade() -> None:
    column = sa.Column("is_verified", sa.Boolean, nullable=False, server_default="false")
    op.add_column("invitation", column, schema=_SCHEMA)


def downgrade() -> None:
    op.drop_column("invitation", "is_verified", schema=_SCHEMA)
