"""The table of data keys, in a schema that no service owns."""

import sqlalchemy as sa

from chassis.postgres import metadata_for

SCHEMA = "privacy"
metadata = metadata_for(SCHEMA)

# The first key of a conversation has the conversation's id; once destroyed, its row tells for ever that the
# conversation was erased. `conversation_id` is null while a key is spare; `key` is encrypted, and null once
# destroyed.
data_key = sa.Table(
    "data_key",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("conversation_id", sa.Uuid, nullable=True, index=True),
    sa.Column("key", sa.LargeBinary, nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(key IS NULL) = (destroyed_at IS NOT NULL)", name="data_key_destroyed"),
)
