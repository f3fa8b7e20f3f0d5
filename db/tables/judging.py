"""Who judges and what was asked: rubrics, judge versions, runs, and the calls that were paid for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, one_of, utc_now
from db.tables.counters import Counters


class RubricRow(Base):
    __tablename__ = "rubric"
    __table_args__ = (UniqueConstraint("name", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[str]
    """Hash of the content; a changed word is a new row."""
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class JudgeRow(Base):
    """A judge is a version. Humans are judges; so is whoever gave imported verdicts (`recorded`)."""

    __tablename__ = "judge"
    __table_args__ = (
        UniqueConstraint("name", "version"),
        CheckConstraint(one_of("kind", "model", "builtin", "human", "recorded"), name="kind"),
        CheckConstraint(one_of("mode", "pairwise", "pointwise", "listwise"), name="mode"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    version: Mapped[str]
    mode: Mapped[str]
    model: Mapped[str | None]
    family: Mapped[str | None]
    spec: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What rebuilds the judge of `judge/`; None for people and recorded judges."""
    rubric_id: Mapped[int | None] = mapped_column(ForeignKey("rubric.id"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class RunRow(Counters, Base):
    """A plan and its counters. `wanted` is what a person asked for, `state` what is."""

    __tablename__ = "run"
    __table_args__ = (
        Index(None, "dataset_id"),
        CheckConstraint(one_of("state", "planning", "waiting", "running", "paused", "cancelled", "done",
                               "stopped"), name="state"),
        CheckConstraint(one_of("wanted", "run", "pause", "cancel"), name="wanted"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("judge.id"))
    state: Mapped[str] = mapped_column(default="planning")
    wanted: Mapped[str] = mapped_column(default="run")
    stop_reason: Mapped[str | None]
    """Why it stopped short, or what holds it up while it is running, in words for people."""
    ending: Mapped[str | None]
    """Why its workers shall let calls under way finish and start none; `stop_reason` once they have."""
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    n_planned: Mapped[int] = mapped_column(default=0)
    n_already: Mapped[int] = mapped_column(default=0)
    """Judgments of the plan that existed before it and were not planned again."""
    n_scored: Mapped[int] = mapped_column(default=0)
    n_unscored: Mapped[int] = mapped_column(default=0)


class CallRow(Base):
    """One answered exchange with a model, unique by content: what was paid for once is never paid again.

    A call that failed has no row; its judgment keeps the reason, so that trying again is a new call.
    The messages are not kept: they render anew from the judge version and the responses, and `key` proves it.
    """

    __tablename__ = "call"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    model: Mapped[str]
    api_base: Mapped[str | None]
    parameters: Mapped[list[Any]] = mapped_column(JSON)
    """As sent, `[name, value]` each, after what the provider does not support was dropped."""
    raw_text: Mapped[str]
    thinking: Mapped[str | None]
    """What the provider sends beside the answer as the model's thinking; never read for a verdict."""
    finish_reason: Mapped[str]
    refusal: Mapped[str | None]
    n_tokens_in: Mapped[int | None]
    n_tokens_out: Mapped[int | None]
    cost_usd: Mapped[float | None]
    """None: unknown, never free."""
    latency_s: Mapped[float]
    attempts: Mapped[int] = mapped_column(default=1)
    logprobs: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
