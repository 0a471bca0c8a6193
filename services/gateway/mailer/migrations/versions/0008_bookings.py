"""Of a recipient who was erased it stays known that they had booked, as a count.

It may be left out, so that the version before goes on beside this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SCHEMA = "mail"


def upgrade() -> None:
    had_booked = sa.Column("had_booked", sa.Boolean, nullable=False, server_default="false")
    op.add_column("campaign_mail", had_booked, schema=_SCHEMA)


def downgrade() -> None:
    op.drop_column("campaign_mail", "had_booked", schema=_SCHEMA)
