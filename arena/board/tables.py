"""What is counted beside the ratings: matches, flips and points of each contestant and each pair."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.board.records import PairCell
from arena.board.rows import Places
from arena.outcomes import KIND_IS_BAD, KIND_IS_FLIP, KIND_IS_TWO, N_KINDS
from ranking import Matches, Ratings


@dataclass(frozen=True)
class Counts:
    """Per contestant, each of shape (n_contestants,)."""

    n_matches: NDArray[np.int64]
    n_two_orders: NDArray[np.int64]
    n_flips: NDArray[np.int64]
    n_both_bad: NDArray[np.int64]


def count_contestants(places: Places) -> Counts:
    n = len(places.ids)
    counts = np.zeros(n * N_KINDS, dtype=np.int64)
    for side in (places.a, places.b):
        code = side * np.int32(N_KINDS)
        code += places.kind
        counts += np.bincount(code, minlength=n * N_KINDS)
    by_kind = counts.reshape(n, N_KINDS)
    return Counts(
        by_kind.sum(axis=1),
        by_kind[:, KIND_IS_TWO].sum(axis=1),
        by_kind[:, KIND_IS_FLIP].sum(axis=1),
        by_kind[:, KIND_IS_BAD].sum(axis=1),
    )


@dataclass(frozen=True)
class PairTable:
    """Row against column, each of shape (n_contestants, n_contestants): summed weight, and points of row."""

    met: NDArray[np.float64]
    won: NDArray[np.float64]

    @property
    def win_shares(self) -> NDArray[np.float64]:
        """Each contestant's share of points over its rows, a tie as half; NaN without rows."""
        return _divide(self.won.sum(axis=1), self.met.sum(axis=1))


def sum_pairs(matches: Matches) -> PairTable:
    n = len(matches.names)
    code = matches.a.astype(np.int64)
    code *= n
    code += matches.b
    points = matches.outcome if matches.weight is None else matches.weight * matches.outcome
    met = np.bincount(code, matches.weight, n * n).reshape(n, n).astype(np.float64, copy=False)
    won = np.bincount(code, points, n * n).reshape(n, n)
    return PairTable(met + met.T, won + (met - won).T)


def cells_of(pairs: PairTable, ratings: Ratings) -> tuple[PairCell, ...]:
    row, column = np.nonzero(pairs.met)
    met = pairs.met[row, column]
    share = pairs.won[row, column] / met
    chances: list[float | None] = [None] * len(row)
    if ratings.unit == "points" and ratings.method.startswith("bradley-terry"):
        together = ratings.component[row] == ratings.component[column]
        gap = np.clip(ratings.theta[row] - ratings.theta[column], -700, 700)
        chance = np.where(together, 1 / (1 + np.exp(-gap)), np.nan)
        chances = [None if math.isnan(one) else one for one in chance.tolist()]
    names = ratings.names
    figures = (np.rint(met).astype(int).tolist(), share.tolist(), chances)
    return tuple(
        PairCell(names[i], names[j], n_matches, win_share, chance)
        for i, j, n_matches, win_share, chance in zip(row.tolist(), column.tolist(), *figures, strict=True)
    )


def _divide(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> NDArray[np.float64]:
    shares = np.full(len(top), np.nan)
    np.divide(top, bottom, out=shares, where=bottom > 0)
    return shares
