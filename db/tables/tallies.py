"""Counts that the database itself keeps: what tells a reader that its copy is out of date.

Triggers keep these rows (`db.triggers`); no code writes them. They refer to nothing, so that a row outlives
its data set and its number of changes never starts again.
"""

from __future__ import annotations

from sqlalchemy import BigInteger
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
