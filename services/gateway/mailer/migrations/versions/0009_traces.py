"""In which trace a mail was queued: sending it belongs there.

It may be left out, so that the version before goes on beside this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SCHEMA = "mail"


def upgrade() -> None:
    op.add_column("delivery", sa.Column("traceparent", sa.Text), schema=_SCHEMA)


def downgrade() -> None:
    op.drop_column("delivery", "traceparent", schema=_SCHEMA)
