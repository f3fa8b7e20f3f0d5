"""generation and exact scores"""

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "generation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("wanted", sa.String(), nullable=False),
        sa.Column("stop_reason", sa.String(), nullable=True),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("n_planned", sa.Integer(), nullable=False),
        sa.Column("n_ready", sa.Integer(), nullable=False),
        sa.Column("n_failed", sa.Integer(), nullable=False),
        sa.Column("n_calls", sa.Integer(), nullable=False),
        sa.Column("n_cached", sa.Integer(), nullable=False),
        sa.Column("n_retries", sa.Integer(), nullable=False),
        sa.Column("n_unpriced", sa.Integer(), nullable=False),
        sa.Column("cost_usd", sa.Double(), nullable=False),
        sa.Column("created_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("started_at", db.tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", db.tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("finished_at", db.tables.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'paused', 'cancelled', 'done', 'stopped')",
            name=op.f("ck_generation_state"),
        ),
        sa.CheckConstraint("wanted IN ('run', 'pause', 'cancel')", name=op.f("ck_generation_wanted")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_generation_dataset_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generation")),
    )
    op.create_index(op.f("ix_generation_dataset_id"), "generation", ["dataset_id"])

    op.create_table(
        "exact_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("created_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(value IS NULL) = (problem IS NOT NULL)", name=op.f("ck_exact_score_value_or_problem")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_exact_score_response_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exact_score")),
        sa.UniqueConstraint("response_id", "metric", name=op.f("uq_exact_score_response_id_metric")),
    )
    op.create_index(op.f("ix_exact_score_metric_response_id"), "exact_score", ["metric", "response_id"])

    op.add_column("response", sa.Column("detail", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_column("detail")

    op.drop_table("exact_score")
    op.drop_table("generation")
