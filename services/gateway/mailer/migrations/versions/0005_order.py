"""In which order mails were made, and which of them only say that more follows.

The version before sends what it finds in the order of its time; both may run side by side.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SCHEMA = "mail"


def upgrade() -> None:
    made_in_order = sa.Column("position", sa.BigInteger, sa.Identity(), nullable=False)
    op.add_column("delivery", made_in_order, schema=_SCHEMA)
    op.add_column("delivery", sa.Column("held_words", sa.Text), schema=_SCHEMA)


def downgrade() -> None:
    for column in ("held_words", "position"):
        op.drop_column("delivery", column, schema=_SCHEMA)
