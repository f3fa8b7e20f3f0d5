"""Matches summed over equal contestants and equal terms, so that cost grows with cells, not matches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.arrays import FloatArray, IndexArray, sum_by
from ranking.codes import OutcomeCounts, count_outcomes, pair_code
from ranking.matches import Matches

CHUNK = 8_192  # rows at a time, so that what is between stays in the processor's cache


@dataclass(frozen=True, eq=False)
class Terms:
    """The columns of the linear predictor beside the strengths.

    Either few distinct rows (`level` of each match, `table` of shape (n_levels, n_terms), divided by
    `scale`) or a value a match (`columns`, each of shape (n_matches,), as given); neither when there are
    no terms. A column that is 0 throughout has scale 0.
    """

    names: tuple[str, ...] = ()
    scale: tuple[float, ...] = ()
    level: NDArray[np.integer] | None = None
    table: FloatArray | None = None
    columns: tuple[FloatArray, ...] | None = None

    @property
    def divisor(self) -> FloatArray:
        """What each column is divided by: its scale, or 1 where that is 0."""
        scale = np.array(self.scale, dtype=np.float64)
        return np.where(scale > 0, scale, 1.0)

    @property
    def n_levels(self) -> int:
        return 1 if self.table is None else len(self.table)

    def values(self) -> Iterator[FloatArray]:
        """Give each term's value a match."""
        for k in range(len(self.names)):
            if self.table is not None and self.level is not None:
                yield self.table[self.level, k]
            elif self.columns is not None:
                yield self.columns[k] / self.divisor[k]


@dataclass(frozen=True, eq=False)
class Cells:
    """Sums over the rows that share contestants and terms; each array has shape (n_cells,).

    Attributes
    ----------
    a, b
        Positions of the contestants.
    n_rows
        Rows with a weight above 0.
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
    n_rows: FloatArray
    win: FloatArray
    tie: FloatArray
    loss: FloatArray
    square: FloatArray
    square_y: FloatArray
    square_yy: FloatArray
    terms: FloatArray

    def __len__(self) -> int:
        return len(self.a)

    @classmethod
    def of(cls, a: IndexArray, b: IndexArray, sums: Sequence[FloatArray], terms: FloatArray) -> Cells:
        """Give cells from the sums in the order of the attributes."""
        n_rows, win, tie, loss, square, square_y, square_yy = sums
        return cls(a, b, n_rows, win, tie, loss, square, square_y, square_yy, terms)

    @property
    def weight(self) -> FloatArray:
        return self.win + self.tie + self.loss

    @property
    def score(self) -> FloatArray:
        """Weighted sum of outcomes: wins and half the ties."""
        return self.win + 0.5 * self.tie

    def take(self, keep: NDArray[np.generic] | slice) -> Cells:
        return Cells(*(getattr(self, column.name)[keep] for column in fields(self)))


@dataclass(frozen=True, eq=False)
class _Sums:
    """By code: what becomes the columns of `Cells`."""

    n_rows: FloatArray
    win: FloatArray
    tie: FloatArray
    loss: FloatArray
    square: FloatArray
    square_y: FloatArray
    square_yy: FloatArray


@dataclass(frozen=True, eq=False)
class SummedCells:
    """The matches summed with their terms, and summed without."""

    cells: Cells
    pairs: Cells


def sum_cells(matches: Matches, terms: Terms) -> Cells:
    """Sum the matches into cells; with a term that has a value a row, every row is a cell."""
    return sum_with_pairs(matches, terms).cells


def sum_with_pairs(matches: Matches, terms: Terms) -> SummedCells:
    """Do so, and sum them without terms too: both from one count, where they can be counted."""
    n = len(matches.names)
    if terms.columns is not None:
        return SummedCells(_rows_as_cells(matches, terms), sum_cells(matches, Terms()))
    counted = count_outcomes(matches, terms.level, terms.n_levels * n * n)
    if counted is None:
        cells = _sum_rows(matches, terms)
        return SummedCells(cells, cells if terms.level is None else _sum_rows(matches, Terms()))
    pairs = _cells_of_counts(counted.over_levels(terms.n_levels), n)
    if terms.table is None:
        return SummedCells(pairs, pairs)
    return SummedCells(_cells(np.arange(len(counted.counts)), _sums_of_counts(counted), terms, n), pairs)


def _sum_rows(matches: Matches, terms: Terms) -> Cells:
    n_codes = terms.n_levels * len(matches.names) ** 2
    code = pair_code(matches, terms.level)
    distinct = np.arange(n_codes)
    if n_codes > 4 * len(matches):
        distinct, code = np.unique(code, return_inverse=True)
    return _cells(distinct, _sums_of_rows(matches, code, len(distinct)), terms, len(matches.names))


def _cells_of_counts(counted: OutcomeCounts, n: int) -> Cells:
    """Join (b, a) to (a, b)."""
    n_weights, n_outcomes = counted.counts.shape[1:]
    counts = counted.counts.reshape(n, n, n_weights * n_outcomes)
    mirrored = np.arange(n_weights * n_outcomes).reshape(n_weights, n_outcomes)[:, ::-1].ravel()
    both = counts[:, :, ::-1] if n_weights == 1 else counts[:, :, mirrored]
    both = both.transpose(1, 0, 2) + counts
    counting = both if counted.weights[0] > 0 else both[:, :, n_outcomes:]  # the least weight comes first
    pairs = np.flatnonzero(np.triu(counting.any(axis=2), 1))
    joined = both.reshape(n * n, n_weights, n_outcomes)[pairs]
    s = _sums_of_counts(OutcomeCounts(joined, counted.weights))
    sums = (s.n_rows, s.win, s.tie, s.loss, s.square, s.square_y, s.square_yy)
    return Cells.of(pairs // n, pairs % n, sums, np.zeros((len(pairs), 0)))


def _sums_of_counts(counted: OutcomeCounts) -> _Sums:
    n_parts, w = counted.counts.shape[2] - 1, counted.weights
    y = np.arange(n_parts + 1) / n_parts
    half = n_parts // 2
    once = _weighted(counted.counts, w)
    twice = once if (w == 1).all() else _weighted(counted.counts, w * w)
    n_rows = once.sum(axis=1) if (w == 1).all() else _weighted(counted.counts, w > 0).sum(axis=1)
    untied = np.arange(n_parts + 1) != half
    return _Sums(
        n_rows,
        once[:, untied] @ y[untied],
        once[:, half],
        once[:, untied] @ (1 - y[untied]),
        twice.sum(axis=1),
        twice @ y,
        twice @ (y * y),
    )


def _weighted(counts: NDArray[np.intp], weights: NDArray[Any]) -> FloatArray:
    """Sum over the weights, each times its count; shape (n_codes, n_parts + 1)."""
    if len(weights) == 1:
        return np.multiply(counts[:, 0], float(weights[0]), dtype=np.float64)
    return np.asarray(np.einsum("cwp,w->cp", counts, weights.astype(np.float64)))


def _sums_of_rows(matches: Matches, code: IndexArray, n_codes: int) -> _Sums:
    y, w = matches.outcome, matches.weight
    if w is None:
        total, points = sum_by(code, None, n_codes), sum_by(code, y, n_codes)
        tie = sum_by(code[y == 0.5], None, n_codes)
        win = points - 0.5 * tie
        return _Sums(total, win, tie, total - win - tie, total, points, sum_by(code, y * y, n_codes))
    ww, tied = w * w, y == 0.5
    columns = (
        (w > 0).astype(np.float64),
        np.where(tied, 0.0, w * y),
        np.where(tied, w, 0.0),
        np.where(tied, 0.0, w * (1 - y)),
        ww,
        ww * y,
        ww * y * y,
    )
    return _Sums(*(sum_by(code, column, n_codes) for column in columns))


def _cells(code: IndexArray, sums: _Sums, terms: Terms, n: int) -> Cells:
    """Lay the occupied codes out as cells; without terms (b, a) joins (a, b), with terms each stays."""
    level, pair = np.divmod(code, n * n)
    a, b = np.divmod(pair, n)
    if terms.table is not None:
        keep = np.flatnonzero(sums.n_rows)
        columns = [getattr(sums, column.name)[keep] for column in fields(sums)]
        return Cells.of(a[keep], b[keep], columns, terms.table[level[keep]])
    swap = a > b
    flipped = _Sums(
        sums.n_rows,
        sums.loss,
        sums.tie,
        sums.win,
        sums.square,
        sums.square - sums.square_y,
        sums.square - 2 * sums.square_y + sums.square_yy,
    )
    if len(code) == n * n:
        upper = np.flatnonzero(a < b)
        lower = b[upper] * n + a[upper]
        joined = [
            getattr(sums, c.name)[upper]
            + np.where(a[upper] == b[upper], 0.0, getattr(flipped, c.name)[lower])
            for c in fields(sums)
        ]
        pairs = code[upper]
    else:
        ordered = np.where(swap, b * n + a, code)
        pairs, inverse = np.unique(ordered, return_inverse=True)
        joined = [
            sum_by(inverse, np.where(swap, getattr(flipped, c.name), getattr(sums, c.name)), len(pairs))
            for c in fields(sums)
        ]
    keep = np.flatnonzero(joined[0])
    pairs = pairs[keep]
    columns = [column[keep] for column in joined]
    return Cells.of(pairs // n, pairs % n, columns, np.zeros((len(keep), 0)))


def _rows_as_cells(matches: Matches, terms: Terms) -> Cells:
    dense = np.stack(terms.columns or (), axis=1) / terms.divisor
    y = matches.outcome
    w = np.ones_like(y) if matches.weight is None else matches.weight
    tied = y == 0.5
    win, tie, loss = np.where(tied, 0.0, w * y), np.where(tied, w, 0.0), np.where(tied, 0.0, w * (1 - y))
    square = w * w
    a, b = matches.a.astype(np.intp), matches.b.astype(np.intp)
    n_rows = (w > 0).astype(np.float64)
    return Cells(a, b, n_rows, win, tie, loss, square, square * y, square * y * y, dense)
