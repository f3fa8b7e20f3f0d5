"""ballots"""

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("prompt_id", sa.Integer(), nullable=False),
        sa.Column("response_first_id", sa.Integer(), nullable=False),
        sa.Column("response_second_id", sa.Integer(), nullable=False),
        sa.Column("shown_order", sa.String(), nullable=False),
        sa.Column("pick_rule", sa.String(), nullable=False),
        sa.Column("pick_probability", sa.Double(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_reopened", sa.Boolean(), nullable=False),
        sa.Column("shown_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("shown_order IN ('ab', 'ba')", name=op.f("ck_ballot_shown_order")),
        sa.CheckConstraint("state IN ('open', 'skipped')", name=op.f("ck_ballot_state")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_ballot_dataset_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"], ["judge.id"], name=op.f("fk_ballot_judge_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["prompt_id"], ["prompt.id"], name=op.f("fk_ballot_prompt_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["response_first_id"],
            ["response.id"],
            name=op.f("fk_ballot_response_first_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["response_second_id"],
            ["response.id"],
            name=op.f("fk_ballot_response_second_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
        sa.UniqueConstraint(
            "judge_id",
            "response_first_id",
            "response_second_id",
            name=op.f("uq_ballot_judge_id_response_first_id_response_second_id"),
        ),
        sa.UniqueConstraint("token", name=op.f("uq_ballot_token")),
    )
    with op.batch_alter_table("ballot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ballot_dataset_id"), ["dataset_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ballot_prompt_id"), ["prompt_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ballot_response_first_id"), ["response_first_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_ballot_response_second_id"), ["response_second_id"], unique=False
        )
        batch_op.create_index(
            "uq_ballot_open",
            ["judge_id", "dataset_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.create_index(
            "ix_response_readable",
            ["prompt_id", "sample_index", "contestant_id"],
            unique=False,
            sqlite_where=sa.text("state = 'ready' AND text_hash IS NOT NULL"),
            postgresql_where=sa.text("state = 'ready' AND text_hash IS NOT NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_response_readable",
            sqlite_where=sa.text("state = 'ready' AND text_hash IS NOT NULL"),
            postgresql_where=sa.text("state = 'ready' AND text_hash IS NOT NULL"),
        )

    with op.batch_alter_table("ballot", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_ballot_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index(batch_op.f("ix_ballot_response_second_id"))
        batch_op.drop_index(batch_op.f("ix_ballot_response_first_id"))
        batch_op.drop_index(batch_op.f("ix_ballot_prompt_id"))
        batch_op.drop_index(batch_op.f("ix_ballot_dataset_id"))

    op.drop_table("ballot")
