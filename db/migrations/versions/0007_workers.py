"""workers of a server's runs, the limits they share, and the run's way to end them all"""

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("n_in_flight", sa.Integer(), nullable=False),
        sa.Column("n_blocks", sa.Integer(), nullable=False),
        sa.Column("started_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    op.create_table(
        "allowance",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("left", sa.Double(), nullable=False),
        sa.Column("refilled_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('requests', 'tokens', 'calls')", name=op.f("ck_allowance_kind")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_allowance_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "kind", name=op.f("pk_allowance")),
    )
    op.add_column("run", sa.Column("ending", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("run", "ending")
    op.drop_table("allowance")
    op.drop_table("worker")
