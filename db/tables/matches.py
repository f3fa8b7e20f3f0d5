"""What was decided: matches, their judgments in each shown order, and the grades of pointwise ones."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import REASONS, VERDICTS, Base, one_of, utc_now


class MatchRow(Base):
    """`verdict_ab` was given with a shown first, `verdict_ba` with b first; either may be missing."""

    __tablename__ = "match"
    __table_args__ = (
        CheckConstraint("contestant_a_id < contestant_b_id", name="lower_contestant_is_a"),
        CheckConstraint(one_of("state", "scored", "unscored"), name="state"),
        CheckConstraint("n_orders IN (1, 2)", name="n_orders"),
        CheckConstraint(f"verdict_ab IS NULL OR {one_of('verdict_ab', *VERDICTS)}", name="verdict_ab"),
        CheckConstraint(f"verdict_ba IS NULL OR {one_of('verdict_ba', *VERDICTS)}", name="verdict_ba"),
        CheckConstraint(f"reason IS NULL OR {one_of('reason', *REASONS)}", name="reason"),
        CheckConstraint(
            "state = 'unscored' OR (n_orders = 2 AND verdict_ab IS NOT NULL AND verdict_ba IS NOT NULL)"
            " OR (n_orders = 1 AND (verdict_ab IS NULL) <> (verdict_ba IS NULL))",
            name="scored_has_every_verdict",
        ),
        CheckConstraint("state = 'scored' OR reason IS NOT NULL", name="unscored_has_reason"),
        Index("uq_match_pair_judge", "response_a_id", "response_b_id", "judge_id", "repetition", unique=True),
        Index("ix_match_board", "dataset_id", "judge_id", "contestant_a_id", "contestant_b_id", "prompt_id",
              "n_orders", "verdict_ab", "verdict_ba", "state"),
        Index("ix_match_list", "dataset_id", "id", "judge_id", "contestant_a_id", "contestant_b_id",
              "prompt_id", "n_orders", "verdict_ab", "verdict_ba", "state", "reason"),
        Index(None, "prompt_id"),
        Index(None, "response_b_id"),
        Index(None, "run_id"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"))
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"))
    contestant_a_id: Mapped[int] = mapped_column(ForeignKey("contestant.id"))
    contestant_b_id: Mapped[int] = mapped_column(ForeignKey("contestant.id"))
    response_a_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    response_b_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("judge.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="SET NULL"))
    repetition: Mapped[int] = mapped_column(default=0)
    n_orders: Mapped[int]
    verdict_ab: Mapped[str | None]
    verdict_ba: Mapped[str | None]
    state: Mapped[str]
    reason: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class JudgmentRow(Base):
    """One order of one comparison, or one pointwise grading. `planned` until it has been decided or failed.

    `recorded_score` is an imported float: a state of its own, never a level. `raw_text` is None where the
    call keeps it.
    """

    __tablename__ = "judgment"
    __table_args__ = (
        CheckConstraint(one_of("state", "planned", "scored", "unscored", "recorded_score"), name="state"),
        CheckConstraint(f"verdict IS NULL OR {one_of('verdict', *VERDICTS)}", name="verdict"),
        CheckConstraint(f"reason IS NULL OR {one_of('reason', *REASONS)}", name="reason"),
        CheckConstraint("(state = 'unscored') = (reason IS NOT NULL)", name="unscored_has_reason"),
        CheckConstraint("verdict IS NULL OR state = 'scored'", name="only_scored_has_verdict"),
        CheckConstraint(
            "state <> 'scored' OR response_second_id IS NULL OR verdict IS NOT NULL",
            name="scored_pair_has_verdict",
        ),
        CheckConstraint("(response_second_id IS NULL) = (shown_order IS NULL)", name="pair_has_order"),
        CheckConstraint(f"shown_order IS NULL OR {one_of('shown_order', 'ab', 'ba')}", name="shown_order"),
        Index("uq_judgment_pair", "response_first_id", "response_second_id", "judge_id", "repetition",
              unique=True, sqlite_where=text("response_second_id IS NOT NULL"),
              postgresql_where=text("response_second_id IS NOT NULL")),
        Index("uq_judgment_single", "response_first_id", "judge_id", "repetition",
              unique=True, sqlite_where=text("response_second_id IS NULL"),
              postgresql_where=text("response_second_id IS NULL")),
        Index(None, "run_id", "state"),
        Index(None, "match_id"),
        Index(None, "judge_id", "prompt_id"),
        Index(None, "response_first_id"),
        Index(None, "response_second_id"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="SET NULL"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("judge.id"))
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"))
    response_first_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    response_second_id: Mapped[int | None] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    shown_order: Mapped[str | None]
    repetition: Mapped[int] = mapped_column(default=0)
    match_id: Mapped[int | None] = mapped_column(ForeignKey("match.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(default="planned")
    verdict: Mapped[str | None]
    reason: Mapped[str | None]
    detail: Mapped[str | None]
    """The failure in words, for people."""
    reasoning: Mapped[str | None]
    raw_text: Mapped[str | None]
    parse_path: Mapped[str | None]
    probability: Mapped[float | None]
    expected_outcome: Mapped[float | None]
    """Outcome of `a` weighted by the probabilities of the menu; None without log-probabilities."""
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    repair_call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    n_tokens_in: Mapped[int | None]
    n_tokens_out: Mapped[int | None]
    cost_usd: Mapped[float | None]
    latency_s: Mapped[float | None]
    attempts: Mapped[int | None]
    is_cached: Mapped[bool] = mapped_column(default=False)
    """True where no call of this judgment was paid for by its own run."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    finished_at: Mapped[datetime | None]


class GradeRow(Base):
    """One criterion of one response in one judgment: a rubric level, or an imported float, never both."""

    __tablename__ = "grade"
    __table_args__ = (
        UniqueConstraint("judgment_id", "response_id", "criterion"),
        Index(None, "response_id"),
        CheckConstraint("(level IS NULL) <> (score IS NULL)", name="level_or_score"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    judgment_id: Mapped[int] = mapped_column(ForeignKey("judgment.id", ondelete="CASCADE"))
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    criterion: Mapped[str]
    level: Mapped[int | None]
    score: Mapped[float | None]
    reasoning: Mapped[str | None]
