"""Conversations, what was said in them, the funnel and the outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SCHEMA = "leadstore"


def upgrade() -> None:
    _create_conversation()
    _create_words()
    op.create_table(
        "funnel_step",
        sa.Column("conversation_id", sa.Uuid, primary_key=True),
        sa.Column("step", sa.Text, primary_key=True),
        _time("reached_at", nullable=False),
        schema=_SCHEMA,
    )
    op.create_index("funnel_step_reached_at", "funnel_step", ["reached_at"], schema=_SCHEMA)
    op.create_table(
        "processed_event",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        _time("processed_at", nullable=False, server_default=sa.func.now()),
        schema=_SCHEMA,
    )
    op.create_index(
        "processed_event_processed_at",
        "processed_event",
        ["processed_at"],
        schema=_SCHEMA,
        postgresql_using="brin",
    )
    _create_outbox()


def downgrade() -> None:
    for table in ("outbox", "processed_event", "funnel_step", "failed_turn", "message", "conversation"):
        op.drop_table(table, schema=_SCHEMA)


def _time(name: str, **options: object) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), **options)


def _create_conversation() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("source", sa.Text),
        _time("started_at"),
        sa.Column("stage", sa.Text, nullable=False),
        _time("stage_at"),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("profile", JSONB, nullable=False),
        sa.Column("profile_sequence", sa.BigInteger, nullable=False),
        _time("profile_at"),
        sa.Column("proposal", JSONB),
        sa.Column("tier", JSONB),
        sa.Column("proposal_id", sa.Uuid, nullable=False),
        sa.Column("proposal_revision", sa.Integer, nullable=False),
        _time("proposed_at"),
        sa.Column("booking_url", sa.Text),
        _time("link_issued_at"),
        _time("link_sent_at"),
        sa.Column("demos", JSONB, nullable=False),
        _time("demos_at"),
        _time("demo_at"),
        _time("stalled_at"),
        _time("last_turn_at"),
        _time("last_message_at"),
        sa.Column("last_sequence", sa.BigInteger, nullable=False),
        _time("changed_at"),
        _time("erased_at"),
        schema=_SCHEMA,
    )
    newest_first = [sa.text("started_at DESC"), sa.text("id DESC")]
    for name, columns in (
        ("conversation_newest", newest_first),
        ("conversation_newest_by_status", ["status", *newest_first]),
    ):
        op.create_index(
            name,
            "conversation",
            columns,
            schema=_SCHEMA,
            postgresql_where=sa.text("started_at IS NOT NULL AND erased_at IS NULL"),
        )


def _create_words() -> None:
    op.create_table(
        "message",
        sa.Column("conversation_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        _time("at", nullable=False),
        sa.Column("sequence", sa.BigInteger),
        sa.Column("answers", ARRAY(sa.Uuid), nullable=False),
        sa.Column("author", sa.Text),
        sa.Column("degraded", sa.Boolean, nullable=False),
        schema=_SCHEMA,
    )
    op.create_table(
        "failed_turn",
        sa.Column("conversation_id", sa.Uuid, primary_key=True),
        sa.Column("turn_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        _time("at", nullable=False),
        schema=_SCHEMA,
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("cause_id", sa.Uuid, index=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        _time("stored_at", nullable=False, server_default=sa.func.now()),
        _time("sent_at"),
        schema=_SCHEMA,
    )
    op.create_index(
        "outbox_unsent",
        "outbox",
        ["position"],
        schema=_SCHEMA,
        postgresql_where=sa.text("sent_at is null"),
    )
