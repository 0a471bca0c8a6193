"""The playbook that a conversation was told by when a proposal was drafted.

It may be left out, so that the version before goes on beside this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("proposal", sa.Column("playbook", sa.Text), schema="leadstore")


def downgrade() -> None:
    op.drop_column("proposal", "playbook", schema="leadstore")
