"""The bias lab: its runs and the judgments of changed pairs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import VERDICTS, Base, one_of, utc_now


class LabRunRow(Base):
    """An experiment on one judge version: pairs, each changed in several ways and judged again."""

    __tablename__ = "lab_run"
    __table_args__ = (
        Index(None, "dataset_id"),
        Index(None, "judge_id"),
        CheckConstraint(one_of("state", "waiting", "running", "paused", "done", "stopped"), name="state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("judge.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(default="waiting")
    stop_reason: Mapped[str | None]
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    n_planned: Mapped[int] = mapped_column(default=0)
    n_already: Mapped[int] = mapped_column(default=0)
    n_calls: Mapped[int] = mapped_column(default=0)
    n_unpriced: Mapped[int] = mapped_column(default=0)
    cost_usd: Mapped[float] = mapped_column(default=0.0)
    """Sum over priced calls only; with `n_unpriced` above 0 the true sum is unknown."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    finished_at: Mapped[datetime | None]


class LabJudgmentRow(Base):
    """One order of one pair with one response changed; it is no judgment and makes no match.

    The changed text is not kept: it follows from the response and `transform`, which ends in its version.
    """

    __tablename__ = "lab_judgment"
    __table_args__ = (
        UniqueConstraint("judge_id", "response_a_id", "response_b_id", "transform", "changed", "shown_order",
                         "repetition", name="uq_lab_judgment_once"),
        Index(None, "lab_run_id", "state"),
        Index(None, "prompt_id"),
        Index(None, "response_a_id"),
        Index(None, "response_b_id"),
        CheckConstraint(one_of("state", "planned", "scored", "unscored"), name="state"),
        CheckConstraint(one_of("changed", "a", "b", "none"), name="changed"),
        CheckConstraint(one_of("shown_order", "ab", "ba"), name="shown_order"),
        CheckConstraint(f"verdict IS NULL OR {one_of('verdict', *VERDICTS)}", name="verdict"),
        CheckConstraint("(state = 'scored') = (verdict IS NOT NULL)", name="scored_has_verdict"),
        CheckConstraint("(state = 'unscored') = (reason IS NOT NULL)", name="unscored_has_reason"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    lab_run_id: Mapped[int] = mapped_column(ForeignKey("lab_run.id", ondelete="CASCADE"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("judge.id", ondelete="CASCADE"))
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"))
    response_a_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    response_b_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    transform: Mapped[str]
    changed: Mapped[str]
    """Which response of the pair was changed; `none` for the unchanged pair, the noise floor."""
    shown_order: Mapped[str]
    repetition: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default="planned")
    verdict: Mapped[str | None]
    reason: Mapped[str | None]
    detail: Mapped[str | None]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    cost_usd: Mapped[float | None]
    finished_at: Mapped[datetime | None]
