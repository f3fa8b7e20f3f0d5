"""lab and marks"""

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lab_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("stop_reason", sa.String(), nullable=True),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("n_planned", sa.Integer(), nullable=False),
        sa.Column("n_already", sa.Integer(), nullable=False),
        sa.Column("n_calls", sa.Integer(), nullable=False),
        sa.Column("n_unpriced", sa.Integer(), nullable=False),
        sa.Column("cost_usd", sa.Double(), nullable=False),
        sa.Column("created_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", db.tables.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'paused', 'done', 'stopped')", name=op.f("ck_lab_run_state")
        ),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_lab_run_dataset_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"], ["judge.id"], name=op.f("fk_lab_run_judge_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_run")),
    )
    op.create_index(op.f("ix_lab_run_dataset_id"), "lab_run", ["dataset_id"])
    op.create_index(op.f("ix_lab_run_judge_id"), "lab_run", ["judge_id"])

    op.create_table(
        "gold_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("response_a_id", sa.Integer(), nullable=False),
        sa.Column("response_b_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("created_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('a', 'b', 'tie', 'both_bad')", name=op.f("ck_gold_pair_verdict")),
        sa.ForeignKeyConstraint(
            ["response_a_id"], ["response.id"], name=op.f("fk_gold_pair_response_a_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["response_b_id"], ["response.id"], name=op.f("fk_gold_pair_response_b_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gold_pair")),
        sa.UniqueConstraint(
            "response_a_id", "response_b_id", name=op.f("uq_gold_pair_response_a_id_response_b_id")
        ),
    )
    op.create_index(op.f("ix_gold_pair_response_b_id"), "gold_pair", ["response_b_id"])

    op.create_table(
        "lab_judgment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lab_run_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("prompt_id", sa.Integer(), nullable=False),
        sa.Column("response_a_id", sa.Integer(), nullable=False),
        sa.Column("response_b_id", sa.Integer(), nullable=False),
        sa.Column("transform", sa.String(), nullable=False),
        sa.Column("changed", sa.String(), nullable=False),
        sa.Column("shown_order", sa.String(), nullable=False),
        sa.Column("repetition", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("cost_usd", sa.Double(), nullable=True),
        sa.Column("finished_at", db.tables.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'scored') = (verdict IS NOT NULL)", name=op.f("ck_lab_judgment_scored_has_verdict")
        ),
        sa.CheckConstraint(
            "(state = 'unscored') = (reason IS NOT NULL)", name=op.f("ck_lab_judgment_unscored_has_reason")
        ),
        sa.CheckConstraint("changed IN ('a', 'b', 'none')", name=op.f("ck_lab_judgment_changed")),
        sa.CheckConstraint("shown_order IN ('ab', 'ba')", name=op.f("ck_lab_judgment_shown_order")),
        sa.CheckConstraint("state IN ('planned', 'scored', 'unscored')", name=op.f("ck_lab_judgment_state")),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict IN ('a', 'b', 'tie', 'both_bad')",
            name=op.f("ck_lab_judgment_verdict"),
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_lab_judgment_call_id")),
        sa.ForeignKeyConstraint(
            ["judge_id"], ["judge.id"], name=op.f("fk_lab_judgment_judge_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lab_run_id"], ["lab_run.id"], name=op.f("fk_lab_judgment_lab_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["prompt_id"], ["prompt.id"], name=op.f("fk_lab_judgment_prompt_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["response_a_id"], ["response.id"], name=op.f("fk_lab_judgment_response_a_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["response_b_id"], ["response.id"], name=op.f("fk_lab_judgment_response_b_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_judgment")),
        sa.UniqueConstraint(
            "judge_id",
            "response_a_id",
            "response_b_id",
            "transform",
            "changed",
            "shown_order",
            "repetition",
            name="uq_lab_judgment_once",
        ),
    )
    op.create_index(op.f("ix_lab_judgment_lab_run_id_state"), "lab_judgment", ["lab_run_id", "state"])
    op.create_index(op.f("ix_lab_judgment_prompt_id"), "lab_judgment", ["prompt_id"])
    op.create_index(op.f("ix_lab_judgment_response_a_id"), "lab_judgment", ["response_a_id"])
    op.create_index(op.f("ix_lab_judgment_response_b_id"), "lab_judgment", ["response_b_id"])

    op.create_table(
        "disagreement_mark",
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("marked_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "mark IN ('judge_right', 'people_right', 'rubric_unclear', 'bad_prompt')",
            name=op.f("ck_disagreement_mark_mark"),
        ),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_disagreement_mark_match_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("match_id", name=op.f("pk_disagreement_mark")),
    )


def downgrade() -> None:
    op.drop_table("disagreement_mark")
    op.drop_table("lab_judgment")
    op.drop_table("gold_pair")
    op.drop_table("lab_run")
