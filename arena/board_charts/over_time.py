"""How the ratings came about: the board as it stood after so many matches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from arena.board.evidence import Evidence, VoteEvidence, load_evidence
from arena.board.fit import fit_board
from arena.board.records import BoardQuery, Standing
from arena.store import in_words
from db import Database
from db.boards import MatchArrays
from db.match_times import load_match_times

N_POINTS = 12
NOBODY = ""
MIN_MATCHES = 10
"""A point needs this many matches."""


@dataclass(frozen=True)
class RatedThen:
    """One contestant's rating after `n_matches` matches of the board; `low` and `high` may be missing."""

    contestant: str
    n_matches: int
    moment: datetime | None
    rating: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class History:
    """Oldest first; `leaders` had the highest rating at each point; NOBODY where nobody was rated."""

    rows: tuple[RatedThen, ...]
    leaders: tuple[str, ...]
    unit: str
    sentence: str


def get_history(database: Database, query: BoardQuery, *, n_points: int = N_POINTS) -> History:
    """Fit the board anew after each of `n_points` equal parts of its matches, in stored order."""
    evidence = load_evidence(database, query)
    if evidence.matches is None:
        return History((), (), "level", "Mean levels are not followed over time; choose a method of pairs.")
    ids = evidence.matches.match_id
    if evidence.votes is not None:
        ids = np.union1d(ids, evidence.votes.matches.match_id)
    cuts = sorted({round(len(ids) * part / n_points) for part in range(1, n_points + 1)})
    last_ids = [int(ids[cut - 1]) for cut in cuts if cut >= MIN_MATCHES]
    with in_words(), database.read() as session:
        times = load_match_times(session, last_ids)
    rows: list[RatedThen] = []
    leaders: list[str] = []
    unit = "points"
    for last_id in last_ids:
        n = int(np.searchsorted(ids, last_id, side="right"))
        fitted = fit_board(query, _until(evidence, last_id))
        unit = fitted.unit
        rated = [row for row in fitted.standings if row.rating is not None and row.n_matches]
        rows += [_then(row, n, times.get(last_id)) for row in rated]
        leaders += [rated[0].contestant] if rated else [NOBODY]
    return History(tuple(rows), tuple(leaders), unit, _sentence(leaders, last_ids, ids))


def _until(evidence: Evidence, last_id: int) -> Evidence:
    """Return what was known when that match had been stored."""
    assert evidence.matches is not None
    votes, expected = evidence.votes, evidence.expected
    known = _up_to(evidence.matches, last_id)
    matches = _take(evidence.matches, known)
    if votes is not None:
        cast = _up_to(votes.matches, last_id)
        votes = VoteEvidence(_take(votes.matches, cast), votes.probability[cast])
    if expected is not None:
        expected = replace(expected, matches=matches, ab=expected.ab[known], ba=expected.ba[known])
    return replace(evidence, matches=matches, votes=votes, expected=expected)


def _up_to(arrays: MatchArrays, last_id: int) -> slice:
    """Return the rows up to that match: they are in stored order."""
    return slice(int(np.searchsorted(arrays.match_id, last_id, side="right")))


def _take(arrays: MatchArrays, rows: slice) -> MatchArrays:
    return MatchArrays(*(getattr(arrays, name)[rows] for name in MatchArrays.__dataclass_fields__))


def _then(row: Standing, n: int, moment: datetime | None) -> RatedThen:
    assert row.rating is not None
    return RatedThen(row.contestant, n, moment, row.rating, row.low, row.high)


def _sentence(leaders: list[str], last_ids: list[int], ids: NDArray[np.int64]) -> str:
    known = [(name, int(np.searchsorted(ids, last_id, side="right")))
             for name, last_id in zip(leaders, last_ids, strict=True) if name != NOBODY]  # fmt: skip
    if not known:
        return f"There is too little to look back on; a point needs {MIN_MATCHES} matches and a rating."
    name, _ = known[-1]
    others = [place for place, (leader, _) in enumerate(known) if leader != name]
    if not others:
        return f"{name} has had the highest rating since the first {known[0][1]:,} matches."
    n_changes = sum(one[0] != two[0] for one, two in pairwise(known))
    times = "once" if n_changes == 1 else f"{n_changes:,} times"
    return f"First place changed hands {times}; {name} has had it since match {known[others[-1] + 1][1]:,}."
