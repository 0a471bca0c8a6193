"""Which events Kafka refuses, and an index to find what an event has to wait for.

Nothing is taken away that the version before needs; both may run side by side.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SCHEMA = "leadstore"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True), schema=_SCHEMA)
    op.add_column("outbox", sa.Column("refused_reason", sa.Text, nullable=True), schema=_SCHEMA)
    op.create_index(
        "outbox_unsent_ordering_key",
        "outbox",
        ["key", "topic", "position"],
        schema=_SCHEMA,
        postgresql_where=sa.text("sent_at is null"),
    )


def downgrade() -> None:
    op.drop_index("outbox_unsent_ordering_key", table_name="outbox", schema=_SCHEMA)
    for column in ("refused_reason", "refused_at"):
        op.drop_column("outbox", column, schema=_SCHEMA)
