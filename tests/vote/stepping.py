"""Voting without waiting: the clock of each step is given, not slept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import func, select

from arena.vote import Ballot, CastVote, ShownVerdict, cast_vote, next_pair, skip_pair, undo_step
from db import Database, tables, utc_now


@dataclass
class Voter:
    """One person at one data set, whose every step comes some seconds after the pair was shown."""

    database: Database
    dataset: str = "poems"
    name: str = "Ada"
    seed: int = 1

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)

    def next(self) -> Ballot:
        ballot = next_pair(self.database, self.dataset, self.name, self.rng)
        assert ballot is not None
        return ballot

    def vote(self, verdict: ShownVerdict = "A", ballot: Ballot | None = None) -> CastVote:
        token = (ballot or self.next()).token
        return cast_vote(self.database, token, verdict, now=later())

    def skip(self) -> None:
        skip_pair(self.database, self.next().token, now=later())

    def undo(self) -> Ballot:
        return undo_step(self.database, self.dataset, self.name)


def later(seconds: float = 12.0) -> datetime:
    return utc_now() + timedelta(seconds=seconds)


def count_rows(database: Database) -> dict[str, int]:
    """Count the rows of every table but those that the database keeps of others, which outlive them."""
    with database.read() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in tables.Base.metadata.sorted_tables
            if table.name not in ("match_tally", "change_tally")
        }
