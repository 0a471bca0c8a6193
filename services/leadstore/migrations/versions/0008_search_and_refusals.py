"""The words by which a lead is found, and why sentences of a model were not said.

The column has a default, so that the version before goes on beside this one. Refused sentences of before are
not known: their reasons were in events that are projected already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from contracts.values import Profile
from services.leadstore.domain.search import search_words

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SCHEMA = "leadstore"


def upgrade() -> None:
    column = sa.Column("search_words", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'"))
    op.add_column("conversation", column, schema=_SCHEMA)
    _find_words()
    is_listed = sa.text("started_at IS NOT NULL AND erased_at IS NULL")
    op.create_index(
        "conversation_search",
        "conversation",
        [sa.text("array_to_tsvector(search_words)")],
        schema=_SCHEMA,
        postgresql_using="gin",
        postgresql_where=is_listed,
    )
    op.create_table(
        "refusal",
        sa.Column("conversation_id", sa.Uuid, primary_key=True),
        sa.Column("reply_id", sa.Uuid, primary_key=True),
        sa.Column("ordinal", sa.Integer, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        schema=_SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("refusal", schema=_SCHEMA)
    op.drop_index("conversation_search", table_name="conversation", schema=_SCHEMA)
    op.drop_column("conversation", "search_words", schema=_SCHEMA)


def _find_words() -> None:
    connection = op.get_bind()
    known = sa.text("SELECT id, profile FROM leadstore.conversation WHERE erased_at IS NULL")
    rows = [
        {"id": id_, "words": list(search_words(id_, Profile.model_validate(profile)))}
        for id_, profile in connection.execute(known)
    ]
    if rows:
        connection.execute(
            sa.text("UPDATE leadstore.conversation SET search_words = :words WHERE id = :id"), rows
        )
