"""Who wrote the proposal of a lead; of the proposals before, those rows know that still hold them.

The column may be null, so that the version before goes on beside this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SCHEMA = "leadstore"


def upgrade() -> None:
    op.add_column("conversation", sa.Column("proposal_author", sa.Text), schema=_SCHEMA)
    op.execute(
        """
        UPDATE leadstore.conversation SET proposal_author = drafted.author
        FROM leadstore.proposal AS drafted
        WHERE drafted.conversation_id = conversation.id AND drafted.proposal_id = conversation.proposal_id
        """
    )


def downgrade() -> None:
    op.drop_column("conversation", "proposal_author", schema=_SCHEMA)
