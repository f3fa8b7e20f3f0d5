"""a count of changes to responses, which triggers keep from here on, and an index of what they cost"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change_tally",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("shard", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n_changes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "shard", name=op.f("pk_change_tally")),
    )
    op.drop_index("ix_response_contestant_id", "response")
    op.create_index("ix_response_facts", "response", ["contestant_id", "prompt_id", "cost_usd", "latency_s"])


def downgrade() -> None:
    for event in ("insert", "update", "delete"):
        where = " ON response" if op.get_bind().dialect.name == "postgresql" else ""
        op.execute(f"DROP TRIGGER IF EXISTS response_tally_{event}{where}")
    op.drop_index("ix_response_facts", "response")
    op.create_index("ix_response_contestant_id", "response", ["contestant_id"])
    op.drop_table("change_tally")
