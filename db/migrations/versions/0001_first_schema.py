"""first schema"""

import sqlalchemy as sa
from alembic import op

import db.tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("api_base", sa.String(), nullable=True),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("raw_text", sa.String(), nullable=False),
        sa.Column("finish_reason", sa.String(), nullable=False),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("n_tokens_in", sa.Integer(), nullable=True),
        sa.Column("n_tokens_out", sa.Integer(), nullable=True),
        sa.Column("cost_usd", sa.Double(), nullable=True),
        sa.Column("latency_s", sa.Double(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("logprobs", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("key", name=op.f("uq_call_key")),
    )
    op.create_table(
        "contestant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("family", sa.String(), nullable=True),
        sa.Column("api_base", sa.String(), nullable=True),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("system_prompt", sa.String(), nullable=True),
        sa.Column("input_usd_per_million", sa.Double(), nullable=True),
        sa.Column("output_usd_per_million", sa.Double(), nullable=True),
        sa.Column("created_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contestant")),
        sa.UniqueConstraint("name", name=op.f("uq_contestant_name")),
    )
    op.create_table(
        "dataset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("is_invented", sa.Boolean(), nullable=False),
        sa.Column("created_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset")),
        sa.UniqueConstraint("name", name=op.f("uq_dataset_name")),
    )
    op.create_table(
        "rubric",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_rubric_name_version")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "judge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("family", sa.String(), nullable=True),
        sa.Column("spec", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("rubric_id", sa.Integer(), nullable=True),
        sa.Column("created_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('model', 'builtin', 'human', 'recorded')", name=op.f("ck_judge_kind")),
        sa.CheckConstraint("mode IN ('pairwise', 'pointwise', 'listwise')", name=op.f("ck_judge_mode")),
        sa.ForeignKeyConstraint(["rubric_id"], ["rubric.id"], name=op.f("fk_judge_rubric_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judge")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_judge_name_version")),
    )
    op.create_table(
        "prompt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("messages", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("text_hash", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("created_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('preference', 'correctness')", name=op.f("ck_prompt_kind")),
        sa.CheckConstraint("(messages IS NULL) = (text_hash IS NULL)", name=op.f("ck_prompt_hashed")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_prompt_dataset_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt")),
        sa.UniqueConstraint("dataset_id", "key", name=op.f("uq_prompt_dataset_id_key")),
    )
    with op.batch_alter_table("prompt", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_prompt_dataset_id_text_hash"), ["dataset_id", "text_hash"], unique=False
        )

    op.create_table(
        "prompt_tag",
        sa.Column("prompt_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["prompt_id"], ["prompt.id"], name=op.f("fk_prompt_tag_prompt_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("prompt_id", "tag", name=op.f("pk_prompt_tag")),
    )
    with op.batch_alter_table("prompt_tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prompt_tag_tag_prompt_id"), ["tag", "prompt_id"], unique=False)

    op.create_table(
        "reference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prompt_id", sa.Integer(), nullable=False),
        sa.Column("turns", sa.JSON(), nullable=False),
        sa.Column("text_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["prompt_id"], ["prompt.id"], name=op.f("fk_reference_prompt_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference")),
        sa.UniqueConstraint("prompt_id", "text_hash", name=op.f("uq_reference_prompt_id_text_hash")),
    )
    op.create_table(
        "response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prompt_id", sa.Integer(), nullable=False),
        sa.Column("contestant_id", sa.Integer(), nullable=False),
        sa.Column("sample_index", sa.Integer(), nullable=False),
        sa.Column("turns", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("text_hash", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_key", sa.String(), nullable=True),
        sa.Column("finish_reason", sa.String(), nullable=True),
        sa.Column("n_tokens_in", sa.Integer(), nullable=True),
        sa.Column("n_tokens_out", sa.Integer(), nullable=True),
        sa.Column("latency_s", sa.Double(), nullable=True),
        sa.Column("cost_usd", sa.Double(), nullable=True),
        sa.Column("n_chars", sa.Integer(), nullable=True),
        sa.Column("n_words", sa.Integer(), nullable=True),
        sa.Column("n_headers", sa.Integer(), nullable=True),
        sa.Column("n_list_items", sa.Integer(), nullable=True),
        sa.Column("n_bold", sa.Integer(), nullable=True),
        sa.Column("n_code_blocks", sa.Integer(), nullable=True),
        sa.Column("created_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state = 'ready' OR reason IS NOT NULL", name=op.f("ck_response_failure_has_reason")
        ),
        sa.CheckConstraint("state IN ('ready', 'failed')", name=op.f("ck_response_state")),
        sa.CheckConstraint("(turns IS NULL) = (text_hash IS NULL)", name=op.f("ck_response_hashed")),
        sa.ForeignKeyConstraint(["contestant_id"], ["contestant.id"], name=op.f("fk_response_contestant_id")),
        sa.ForeignKeyConstraint(
            ["prompt_id"], ["prompt.id"], name=op.f("fk_response_prompt_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint(
            "prompt_id",
            "contestant_id",
            "sample_index",
            name=op.f("uq_response_prompt_id_contestant_id_sample_index"),
        ),
    )
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_response_contestant_id"), ["contestant_id"], unique=False)
        batch_op.create_index(
            "ix_response_source_key",
            ["source_key"],
            unique=False,
            sqlite_where=sa.text("source_key IS NOT NULL"),
        )

    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("wanted", sa.String(), nullable=False),
        sa.Column("stop_reason", sa.String(), nullable=True),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("n_planned", sa.Integer(), nullable=False),
        sa.Column("n_already", sa.Integer(), nullable=False),
        sa.Column("n_scored", sa.Integer(), nullable=False),
        sa.Column("n_unscored", sa.Integer(), nullable=False),
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
            "state IN ('planning', 'waiting', 'running', 'paused', 'cancelled', 'done', 'stopped')",
            name=op.f("ck_run_state"),
        ),
        sa.CheckConstraint("wanted IN ('run', 'pause', 'cancel')", name=op.f("ck_run_wanted")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_run_dataset_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_run_judge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_dataset_id"), ["dataset_id"], unique=False)

    op.create_table(
        "match",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("prompt_id", sa.Integer(), nullable=False),
        sa.Column("contestant_a_id", sa.Integer(), nullable=False),
        sa.Column("contestant_b_id", sa.Integer(), nullable=False),
        sa.Column("response_a_id", sa.Integer(), nullable=False),
        sa.Column("response_b_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("repetition", sa.Integer(), nullable=False),
        sa.Column("n_orders", sa.Integer(), nullable=False),
        sa.Column("verdict_ab", sa.String(), nullable=True),
        sa.Column("verdict_ba", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("created_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason IS NULL OR reason IN ('refused', 'truncated', 'empty', 'no_verdict', 'conflicting', 'off_menu', 'invalid_json', 'api_error', 'timeout', 'over_budget')",
            name=op.f("ck_match_reason"),
        ),
        sa.CheckConstraint(
            "state = 'scored' OR reason IS NOT NULL", name=op.f("ck_match_unscored_has_reason")
        ),
        sa.CheckConstraint(
            "state = 'unscored' OR (n_orders = 2 AND verdict_ab IS NOT NULL AND verdict_ba IS NOT NULL) OR (n_orders = 1 AND (verdict_ab IS NULL) <> (verdict_ba IS NULL))",
            name=op.f("ck_match_scored_has_every_verdict"),
        ),
        sa.CheckConstraint("state IN ('scored', 'unscored')", name=op.f("ck_match_state")),
        sa.CheckConstraint(
            "verdict_ab IS NULL OR verdict_ab IN ('a', 'b', 'tie', 'both_bad')",
            name=op.f("ck_match_verdict_ab"),
        ),
        sa.CheckConstraint(
            "verdict_ba IS NULL OR verdict_ba IN ('a', 'b', 'tie', 'both_bad')",
            name=op.f("ck_match_verdict_ba"),
        ),
        sa.CheckConstraint("contestant_a_id < contestant_b_id", name=op.f("ck_match_lower_contestant_is_a")),
        sa.CheckConstraint("n_orders IN (1, 2)", name=op.f("ck_match_n_orders")),
        sa.ForeignKeyConstraint(
            ["contestant_a_id"], ["contestant.id"], name=op.f("fk_match_contestant_a_id")
        ),
        sa.ForeignKeyConstraint(
            ["contestant_b_id"], ["contestant.id"], name=op.f("fk_match_contestant_b_id")
        ),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_match_dataset_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_match_judge_id")),
        sa.ForeignKeyConstraint(
            ["prompt_id"], ["prompt.id"], name=op.f("fk_match_prompt_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["response_a_id"], ["response.id"], name=op.f("fk_match_response_a_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["response_b_id"], ["response.id"], name=op.f("fk_match_response_b_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_match_run_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match")),
    )
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.create_index(
            "ix_match_board",
            [
                "dataset_id",
                "judge_id",
                "contestant_a_id",
                "contestant_b_id",
                "prompt_id",
                "n_orders",
                "verdict_ab",
                "verdict_ba",
                "state",
            ],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_match_prompt_id"), ["prompt_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_match_run_id"), ["run_id"], unique=False)
        batch_op.create_index(
            "uq_match_pair_judge", ["response_a_id", "response_b_id", "judge_id", "repetition"], unique=True
        )

    op.create_table(
        "judgment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("prompt_id", sa.Integer(), nullable=False),
        sa.Column("response_first_id", sa.Integer(), nullable=False),
        sa.Column("response_second_id", sa.Integer(), nullable=True),
        sa.Column("shown_order", sa.String(), nullable=True),
        sa.Column("repetition", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("reasoning", sa.String(), nullable=True),
        sa.Column("raw_text", sa.String(), nullable=True),
        sa.Column("parse_path", sa.String(), nullable=True),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("repair_call_id", sa.Integer(), nullable=True),
        sa.Column("n_tokens_in", sa.Integer(), nullable=True),
        sa.Column("n_tokens_out", sa.Integer(), nullable=True),
        sa.Column("cost_usd", sa.Double(), nullable=True),
        sa.Column("latency_s", sa.Double(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=True),
        sa.Column("is_cached", sa.Boolean(), nullable=False),
        sa.Column("created_at", db.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", db.tables.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'unscored') = (reason IS NOT NULL)", name=op.f("ck_judgment_unscored_has_reason")
        ),
        sa.CheckConstraint(
            "reason IS NULL OR reason IN ('refused', 'truncated', 'empty', 'no_verdict', 'conflicting', 'off_menu', 'invalid_json', 'api_error', 'timeout', 'over_budget')",
            name=op.f("ck_judgment_reason"),
        ),
        sa.CheckConstraint(
            "shown_order IS NULL OR shown_order IN ('ab', 'ba')", name=op.f("ck_judgment_shown_order")
        ),
        sa.CheckConstraint(
            "state <> 'scored' OR response_second_id IS NULL OR verdict IS NOT NULL",
            name=op.f("ck_judgment_scored_pair_has_verdict"),
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'scored', 'unscored', 'recorded_score')", name=op.f("ck_judgment_state")
        ),
        sa.CheckConstraint(
            "verdict IS NULL OR state = 'scored'", name=op.f("ck_judgment_only_scored_has_verdict")
        ),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict IN ('a', 'b', 'tie', 'both_bad')", name=op.f("ck_judgment_verdict")
        ),
        sa.CheckConstraint(
            "(response_second_id IS NULL) = (shown_order IS NULL)", name=op.f("ck_judgment_pair_has_order")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_judgment_call_id")),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_judgment_judge_id")),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_judgment_match_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["prompt_id"], ["prompt.id"], name=op.f("fk_judgment_prompt_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["repair_call_id"], ["call.id"], name=op.f("fk_judgment_repair_call_id")),
        sa.ForeignKeyConstraint(
            ["response_first_id"],
            ["response.id"],
            name=op.f("fk_judgment_response_first_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["response_second_id"],
            ["response.id"],
            name=op.f("fk_judgment_response_second_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_judgment_run_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgment")),
    )
    with op.batch_alter_table("judgment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_judgment_judge_id_prompt_id"), ["judge_id", "prompt_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_judgment_match_id"), ["match_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_judgment_run_id_state"), ["run_id", "state"], unique=False)
        batch_op.create_index(
            "uq_judgment_pair",
            ["response_first_id", "response_second_id", "judge_id", "repetition"],
            unique=True,
            sqlite_where=sa.text("response_second_id IS NOT NULL"),
            postgresql_where=sa.text("response_second_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_judgment_single",
            ["response_first_id", "judge_id", "repetition"],
            unique=True,
            sqlite_where=sa.text("response_second_id IS NULL"),
            postgresql_where=sa.text("response_second_id IS NULL"),
        )

    op.create_table(
        "grade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("judgment_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("reasoning", sa.String(), nullable=True),
        sa.CheckConstraint("(level IS NULL) <> (score IS NULL)", name=op.f("ck_grade_level_or_score")),
        sa.ForeignKeyConstraint(
            ["judgment_id"], ["judgment.id"], name=op.f("fk_grade_judgment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_grade_response_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade")),
        sa.UniqueConstraint(
            "judgment_id", "response_id", "criterion", name=op.f("uq_grade_judgment_id_response_id_criterion")
        ),
    )
    with op.batch_alter_table("grade", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grade_response_id"), ["response_id"], unique=False)

    op.create_table(
        "vote",
        sa.Column("judgment_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=True),
        sa.Column("pick_rule", sa.String(), nullable=False),
        sa.Column("pick_probability", sa.Double(), nullable=True),
        sa.Column("time_taken_s", sa.Double(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["judgment_id"], ["judgment.id"], name=op.f("fk_vote_judgment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("judgment_id", name=op.f("pk_vote")),
        sa.UniqueConstraint("token", name=op.f("uq_vote_token")),
    )


def downgrade() -> None:

    op.drop_table("vote")
    with op.batch_alter_table("grade", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grade_response_id"))

    op.drop_table("grade")
    with op.batch_alter_table("judgment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_judgment_single",
            sqlite_where=sa.text("response_second_id IS NULL"),
            postgresql_where=sa.text("response_second_id IS NULL"),
        )
        batch_op.drop_index(
            "uq_judgment_pair",
            sqlite_where=sa.text("response_second_id IS NOT NULL"),
            postgresql_where=sa.text("response_second_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_judgment_run_id_state"))
        batch_op.drop_index(batch_op.f("ix_judgment_match_id"))
        batch_op.drop_index(batch_op.f("ix_judgment_judge_id_prompt_id"))

    op.drop_table("judgment")
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.drop_index("uq_match_pair_judge")
        batch_op.drop_index(batch_op.f("ix_match_run_id"))
        batch_op.drop_index(batch_op.f("ix_match_prompt_id"))
        batch_op.drop_index("ix_match_board")

    op.drop_table("match")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_dataset_id"))

    op.drop_table("run")
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_index("ix_response_source_key", sqlite_where=sa.text("source_key IS NOT NULL"))
        batch_op.drop_index(batch_op.f("ix_response_contestant_id"))

    op.drop_table("response")
    op.drop_table("reference")
    with op.batch_alter_table("prompt_tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prompt_tag_tag_prompt_id"))

    op.drop_table("prompt_tag")
    with op.batch_alter_table("prompt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prompt_dataset_id_text_hash"))

    op.drop_table("prompt")
    op.drop_table("judge")
    op.drop_table("setting")
    op.drop_table("rubric")
    op.drop_table("dataset")
    op.drop_table("contestant")
    op.drop_table("call")
