"""The ranking by pairs beside the ranking by levels: whether grading one by one gives the same order."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from arena.board.records import BoardQuery, Standing
from arena.leaderboard import get_board
from db import Database

MIN_CONTESTANTS = 3
"""A rank correlation of fewer says nothing."""


@dataclass(frozen=True)
class TwoRanks:
    """A contestant that has both; ranks are by the estimates, `range` what the evidence leaves open."""

    contestant: str
    pair_rank: int
    pair_range: tuple[int, int] | None
    level_rank: int
    level_range: tuple[int, int] | None
    mean_level: float


@dataclass(frozen=True)
class LevelsReport:
    """Sorted by the rank of the pairs. `tau` is Kendall's tau-b, None where it says nothing."""

    rows: tuple[TwoRanks, ...]
    pair_judges: tuple[str, ...]
    level_judges: tuple[str, ...]
    tau: float | None
    sentence: str


def get_level_ranks(database: Database, query: BoardQuery) -> LevelsReport:
    """Rank by the query's pairs, and by the levels that a pointwise judge gave in the same data set."""
    is_levels = query.method == "mean-level"
    by_pairs = get_board(database, replace(query, method="bradley-terry", judges=()) if is_levels else query)
    asked = BoardQuery(dataset=query.dataset, method="mean-level", tags=query.tags)
    by_levels = get_board(database, replace(asked, last_match_id=query.last_match_id))
    pairs, levels = _ranked(by_pairs.standings), _ranked(by_levels.standings)
    both = [name for name in pairs if name in levels]
    place_of_pairs = {name: place for place, name in enumerate((n for n in pairs if n in levels), start=1)}
    place_of_levels = {name: place for place, name in enumerate((n for n in levels if n in pairs), start=1)}
    rows = tuple(
        TwoRanks(
            name,
            place_of_pairs[name],
            _range(pairs[name]),
            place_of_levels[name],
            _range(levels[name]),
            float(levels[name].rating or 0.0),
        )
        for name in both
    )
    tau = _tau(rows)
    return LevelsReport(
        rows, by_pairs.judges, by_levels.judges, tau, _sentence(rows, tau, by_levels.n_scored)
    )


def _ranked(standings: tuple[Standing, ...]) -> dict[str, Standing]:
    return {row.contestant: row for row in standings if row.rating is not None}


def _range(row: Standing) -> tuple[int, int] | None:
    return None if row.rank_low is None or row.rank_high is None else (row.rank_low, row.rank_high)


def _tau(rows: tuple[TwoRanks, ...]) -> float | None:
    """Return the share of pairs in the same order minus that in the other: Kendall's tau, without ties."""
    if len(rows) < MIN_CONTESTANTS:
        return None
    places = np.array([row.level_rank for row in rows])
    above, below = np.triu_indices(len(rows), 1)
    return float(np.sign(places[below] - places[above]).mean())


def _sentence(rows: tuple[TwoRanks, ...], tau: float | None, n_levels: int) -> str:
    if not n_levels:
        return "No judge has graded these responses one by one, so that there is nothing to compare."
    if not rows:
        return "No contestant has both a rating by pairs and a mean level."
    moved = [row for row in rows if row.pair_rank != row.level_rank]
    if not moved:
        return f"Grading one by one gives the same order of {len(rows):,} contestants as comparing pairs."
    most = max(moved, key=lambda row: abs(row.pair_rank - row.level_rank))
    tail = "" if tau is None else f" Kendall's tau is {tau:.2f}."
    return (
        f"{len(moved):,} of {len(rows):,} contestants stand elsewhere when graded one by one; the largest"
        f" move is {most.contestant}'s, from {most.pair_rank} to {most.level_rank}.{tail}"
    )
