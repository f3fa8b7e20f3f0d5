"""a count of matches by dataset and judge, which triggers keep from here on"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "match_tally",
        sa.Column("dataset_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("judge_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n_matches", sa.Integer(), nullable=False),
        sa.Column("n_changes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("dataset_id", "judge_id", name=op.f("pk_match_tally")),
    )
    op.execute(
        "INSERT INTO match_tally SELECT dataset_id, judge_id, count(*), 0 FROM match"
        " GROUP BY dataset_id, judge_id"
    )


def downgrade() -> None:
    for event in ("insert", "update", "delete"):
        where = " ON match" if op.get_bind().dialect.name == "postgresql" else ""
        op.execute(f"DROP TRIGGER IF EXISTS match_tally_{event}{where}")
    op.drop_table("match_tally")
