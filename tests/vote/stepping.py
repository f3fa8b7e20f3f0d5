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
        ballot = ballot or self.next()
        return cast_vote(self.database, ballot.token, verdict, now=self.after(12.0, ballot))

    def skip(self) -> None:
        ballot = self.next()
        skip_pair(self.database, ballot.token, now=self.after(12.0, ballot))

    def after(self, seconds: float, ballot: Ballot) -> datetime:
        """Return when so many seconds have passed since the pair was shown, whatever the test took since."""
        with self.database.read() as session:
            query = select(tables.BallotRow.shown_at).where(tables.BallotRow.token == ballot.token)
            shown_at = session.scalar(query)
        return (shown_at or utc_now()) + timedelta(seconds=seconds)

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
