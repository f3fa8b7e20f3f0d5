"""Counts that the database itself keeps, and copies that are compared with them.

Triggers keep the tallies (`db.triggers`); no code writes them. They refer to nothing, so that a row outlives
its data set and its number of changes never starts again.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base


class MatchTallyRow(Base):
    """Matches of one judge in one data set. `n_changes` grows with every one that is changed or removed."""

    __tablename__ = "match_tally"
    dataset_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    judge_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n_matches: Mapped[int]
    n_changes: Mapped[int]


class ChangeTallyRow(Base):
    """How often rows of `subject`, a table, came, went or changed: the sum over its shards.

    A writer on PostgreSQL takes another shard where one is held by an unfinished transaction.
    """

    __tablename__ = "change_tally"
    subject: Mapped[str] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    n_changes: Mapped[int] = mapped_column(BigInteger)


class KeptArraysRow(Base):
    """Columns of many rows as one block, and the state that it copies (`db.kept_arrays`)."""

    __tablename__ = "kept_arrays"
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    judge_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]
    n_changes: Mapped[int] = mapped_column(BigInteger)
    n_rows: Mapped[int]
    last_id: Mapped[int]
    content: Mapped[bytes]
