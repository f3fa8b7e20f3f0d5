"""Exact scores of responses, and the generations that make responses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, one_of, utc_now
from db.tables.counters import Counters


class ExactScoreRow(Base):
    """One exact metric of one response, or why it has none."""

    __tablename__ = "exact_score"
    __table_args__ = (
        UniqueConstraint("response_id", "metric"),
        Index(None, "metric", "response_id"),
        CheckConstraint("(value IS NULL) = (problem IS NOT NULL)", name="value_or_problem"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    metric: Mapped[str]
    """As people write it: `exact`, `bleu:zh`, `number:1%`."""
    value: Mapped[float | None]
    problem: Mapped[str | None]
    signature: Mapped[str]
    """Version of what computed it, and a hash of the references; another one is computed anew."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class GenerationRow(Counters, Base):
    """A plan to ask contestants for responses, and its counters. `wanted` is what a person asked for."""

    __tablename__ = "generation"
    __table_args__ = (
        Index(None, "dataset_id"),
        CheckConstraint(one_of("state", "waiting", "running", "paused", "cancelled", "done", "stopped"),
                        name="state"),
        CheckConstraint(one_of("wanted", "run", "pause", "cancel"), name="wanted"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(default="waiting")
    wanted: Mapped[str] = mapped_column(default="run")
    stop_reason: Mapped[str | None]
    """Why it stopped short, in words for people."""
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    n_planned: Mapped[int] = mapped_column(default=0)
    n_ready: Mapped[int] = mapped_column(default=0)
    n_failed: Mapped[int] = mapped_column(default=0)
