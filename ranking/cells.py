"""Matches summed over equal contestants and equal terms, so that cost grows with cells, not matches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranking.arrays import FloatArray, IndexArray, sum_by
from ranking.matches import Matches

MAX_DENSE_CELLS = 3_000_000


@dataclass(frozen=True, eq=False)
class Terms:
    """The columns of the linear predictor beside the strengths.

    Either few distinct rows (`level` of each match, `table` of shape (n_levels, n_terms)) or one row a
    match (`dense` of shape (n_matches, n_terms)); neither when there are no terms.
    """

    names: tuple[str, ...] = ()
    scale: tuple[float, ...] = ()
    level: NDArray[np.integer] | None = None
    table: FloatArray | None = None
    dense: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class Cells:
    """Sums over the rows that share contestants and terms; each array has shape (n_cells,).

    Attributes
    ----------
    a, b
        Positions of the contestants.
    win, tie, loss
        Summed weight of the rows `a` won, tied and lost. A fractional outcome y is y of a win and 1 - y
        of a loss; a tie stays apart for the models that know ties.
    square, square_y, square_yy
        Sums of w^2, w^2 y and w^2 y^2: squared residuals without going back to the rows.
    terms
        Shape (n_cells, n_terms).
    """

    a: IndexArray
    b: IndexArray
    win: FloatArray
    tie: FloatArray
    loss: FloatArray
    square: FloatArray
    square_y: FloatArray
    square_yy: FloatArray
    terms: FloatArray

    @property
    def weight(self) -> FloatArray:
        return self.win + self.tie + self.loss

    @property
    def score(self) -> FloatArray:
        """Weighted sum of outcomes: wins and half the ties."""
        return self.win + 0.5 * self.tie

    def take(self, keep: NDArray[np.generic]) -> Cells:
        return Cells(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))


def sum_cells(matches: Matches, terms: Terms) -> Cells:
    """Sum the matches into cells; with a term that has a value a row, every row is a cell."""
    if terms.dense is not None:
        return _rows_as_cells(matches, terms.dense)
    ternary = ternary_outcome(matches.outcome)
    code = pair_code(matches, terms.level)
    n_levels = 1 if terms.table is None else len(terms.table)
    n_codes = n_levels * len(matches.names) ** 2
    if n_codes > max(MAX_DENSE_CELLS, 4 * len(matches)):
        distinct, code = np.unique(code, return_inverse=True)
    else:
        distinct = np.arange(n_codes)
    sums = _sums(matches, code, ternary, len(distinct))
    occupied = np.flatnonzero(sums[0] + sums[1] + sums[2] > 0)
    return _folded(distinct[occupied], sums[:, occupied], terms, len(matches.names))


def ternary_outcome(outcome: FloatArray) -> NDArray[np.int64] | None:
    """Give 0 for a loss, 1 for a tie, 2 for a win, or None if any outcome is another fraction."""
    doubled = outcome + outcome
    whole = doubled.astype(np.int64)
    return whole if np.array_equal(whole, doubled) else None


def pair_code(matches: Matches, level: NDArray[np.integer] | None) -> NDArray[np.int64]:
    """Give (level * n + a) * n + b for each match."""
    n = len(matches.names)
    code = matches.a.astype(np.int64) if level is None else level.astype(np.int64) * n + matches.a
    code *= n
    code += matches.b
    return code


def _sums(matches: Matches, code: IndexArray, ternary: IndexArray | None, n_codes: int) -> FloatArray:
    """Win, tie, loss, square, square_y and square_yy of each code, shape (6, n_codes)."""
    y, w = matches.outcome, matches.weight
    if ternary is None:
        ww = np.ones_like(y) if w is None else w * w
        w = np.ones_like(y) if w is None else w
        columns = (w * y, None, w * (1 - y), ww, ww * y, ww * y * y)
        return np.stack([np.zeros(n_codes) if x is None else np.bincount(code, x, n_codes) for x in columns])
    code = code * 3
    code += ternary
    counts = np.bincount(code, w, 3 * n_codes).reshape(n_codes, 3).T.astype(np.float64)
    squares = counts if w is None else np.bincount(code, w * w, 3 * n_codes).reshape(n_codes, 3).T
    loss, tie, win = squares
    return np.stack([counts[2], counts[1], counts[0], loss + tie + win, win + 0.5 * tie, win + 0.25 * tie])


def _folded(code: IndexArray, sums: FloatArray, terms: Terms, n: int) -> Cells:
    """Without terms, join (b, a) to (a, b); with terms each order stays a cell."""
    win, tie, loss, square, square_y, square_yy = sums
    level, pair = np.divmod(code, n * n)
    a, b = np.divmod(pair, n)
    if terms.table is not None:
        return Cells(a, b, win, tie, loss, square, square_y, square_yy, terms.table[level])
    swap = a > b
    low, high = np.where(swap, b, a), np.where(swap, a, b)
    flipped_yy = square - 2 * square_y + square_yy
    columns = (
        np.where(swap, loss, win),
        tie,
        np.where(swap, win, loss),
        square,
        np.where(swap, square - square_y, square_y),
        np.where(swap, flipped_yy, square_yy),
    )
    pairs, inverse = np.unique(low * n + high, return_inverse=True)
    joined = [sum_by(inverse, column, len(pairs)) for column in columns]
    return Cells(pairs // n, pairs % n, *joined, terms=np.zeros((len(pairs), 0)))  # type: ignore[misc]


def _rows_as_cells(matches: Matches, dense: FloatArray) -> Cells:
    y = matches.outcome
    w = np.ones_like(y) if matches.weight is None else matches.weight
    tie = np.where(y == 0.5, w, 0.0)
    win, loss = np.where(y == 0.5, 0.0, w * y), np.where(y == 0.5, 0.0, w * (1 - y))
    square = w * w
    a, b = matches.a.astype(np.intp), matches.b.astype(np.intp)
    return Cells(a, b, win, tie, loss, square, square * y, square * y * y, dense)
