"""The words around a proposal in a language that the playbook has no file for.

The column has a default, so that the version before goes on beside this one.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    empty = sa.text("'{}'")
    column = sa.Column("translations", JSONB, nullable=False, server_default=empty)
    op.add_column("proposal", column, schema="leadstore")


def downgrade() -> None:
    op.drop_column("proposal", "translations", schema="leadstore")
