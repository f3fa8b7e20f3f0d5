"""an index that holds all that the list of matches is filtered by, newest last"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMNS = (
    "dataset_id", "id", "judge_id", "contestant_a_id", "contestant_b_id", "prompt_id", "n_orders",
    "verdict_ab", "verdict_ba", "state", "reason",
)  # fmt: skip


def upgrade() -> None:
    op.create_index("ix_match_list", "match", list(COLUMNS))


def downgrade() -> None:
    op.drop_index("ix_match_list", "match")
