"""pairs nobody can tell, remembered counts of pairs, and invitations to vote"""

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _allow("open", "skipped", "cant_tell")
    op.create_table(
        "vote_pool",
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("last_response_id", sa.Integer(), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_vote_pool_dataset_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dataset_id", name=op.f("pk_vote_pool")),
    )
    op.create_table(
        "vote_invite",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", db.tables.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_vote_invite_dataset_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote_invite")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_vote_invite_token_hash")),
    )
    op.create_index(op.f("ix_vote_invite_dataset_id"), "vote_invite", ["dataset_id"])


def downgrade() -> None:
    op.drop_table("vote_invite")
    op.drop_table("vote_pool")
    op.execute("DELETE FROM ballot WHERE state = 'cant_tell'")
    _allow("open", "skipped")


def _allow(*states: str) -> None:
    with op.batch_alter_table("ballot", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_ballot_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_ballot_state"), db.tables.one_of("state", *states))
