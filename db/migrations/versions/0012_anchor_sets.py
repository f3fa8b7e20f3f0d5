"""pairs under a name, to tell whether a judge drifted"""

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "anchor_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_anchor_set_dataset_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchor_set")),
        sa.UniqueConstraint("dataset_id", "name", name=op.f("uq_anchor_set_dataset_id_name")),
    )
    op.create_table(
        "anchor_pair",
        sa.Column("anchor_set_id", sa.Integer(), nullable=False),
        sa.Column("response_a_id", sa.Integer(), nullable=False),
        sa.Column("response_b_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["anchor_set_id"],
            ["anchor_set.id"],
            name=op.f("fk_anchor_pair_anchor_set_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["response_a_id"], ["response.id"], name=op.f("fk_anchor_pair_response_a_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["response_b_id"], ["response.id"], name=op.f("fk_anchor_pair_response_b_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "anchor_set_id", "response_a_id", "response_b_id", name=op.f("pk_anchor_pair")
        ),
    )
    op.create_index(op.f("ix_anchor_pair_response_a_id"), "anchor_pair", ["response_a_id"])
    op.create_index(op.f("ix_anchor_pair_response_b_id"), "anchor_pair", ["response_b_id"])


def downgrade() -> None:
    op.drop_table("anchor_pair")
    op.drop_table("anchor_set")
