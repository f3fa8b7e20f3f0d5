"""What the workers of a server's runs share beside the runs: who is there, and what may still be asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, one_of


class WorkerRow(Base):
    """A process that takes part in runs. Times are the server's own clock, so that machines may disagree."""

    __tablename__ = "worker"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    """Its machine and process."""
    n_in_flight: Mapped[int] = mapped_column(default=0)
    n_blocks: Mapped[int] = mapped_column(default=0)
    """Blocks of judgments it has taken and not finished."""
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class AllowanceRow(Base):
    """A run's limit a minute as a bucket, or its cap on calls: workers take from it what they spend next."""

    __tablename__ = "allowance"
    __table_args__ = (CheckConstraint(one_of("kind", "requests", "tokens", "calls"), name="kind"),)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    left: Mapped[float]
    refilled_at: Mapped[datetime]
