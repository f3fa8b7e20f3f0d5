"""Anchor sets: pairs under a name that every version of a judge is asked anew, to tell whether it drifted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, utc_now


class AnchorSetRow(Base):
    __tablename__ = "anchor_set"
    __table_args__ = (UniqueConstraint("dataset_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"))
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class AnchorPairRow(Base):
    """Never changed: a set that could change would link nothing."""

    __tablename__ = "anchor_pair"
    __table_args__ = (Index(None, "response_a_id"), Index(None, "response_b_id"))
    anchor_set_id: Mapped[int] = mapped_column(
        ForeignKey("anchor_set.id", ondelete="CASCADE"), primary_key=True
    )
    response_a_id: Mapped[int] = mapped_column(
        ForeignKey("response.id", ondelete="CASCADE"), primary_key=True
    )
    response_b_id: Mapped[int] = mapped_column(
        ForeignKey("response.id", ondelete="CASCADE"), primary_key=True
    )
