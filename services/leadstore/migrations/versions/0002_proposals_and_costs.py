"""Every revision of a proposal, and what a language model cost."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SCHEMA = "leadstore"


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("conversation_id", sa.Uuid, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("proposal_id", sa.Uuid, primary_key=True),
        sa.Column("proposal", JSONB, nullable=False),
        sa.Column("tier", JSONB, nullable=False),
        sa.Column("author", sa.Text),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        schema=_SCHEMA,
    )
    op.create_table(
        "model_use",
        sa.Column("conversation_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("input_tokens", sa.Integer, nullable=False),
        sa.Column("output_tokens", sa.Integer, nullable=False),
        sa.Column("cost_usd", sa.Float(53), nullable=False),
        schema=_SCHEMA,
    )
    op.create_index("model_use_used_at", "model_use", ["used_at"], schema=_SCHEMA)
    # Of what was drafted before, only the newest revision was kept, and not who worded it.
    op.execute(
        """
        INSERT INTO leadstore.proposal (conversation_id, revision, proposal_id, proposal, tier, drafted_at)
        SELECT id, proposal_revision, proposal_id, proposal, tier, proposed_at
        FROM leadstore.conversation
        WHERE erased_at IS NULL AND jsonb_typeof(proposal) = 'object' AND jsonb_typeof(tier) = 'object'
          AND proposed_at IS NOT NULL
        """
    )


def downgrade() -> None:
    for table in ("model_use", "proposal"):
        op.drop_table(table, schema=_SCHEMA)
