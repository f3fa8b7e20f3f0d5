"""Matches summed over equal contestants and equal terms, so that cost grows with cells, not matches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ranking.arrays import FloatArray, IndexArray, sum_by
from ranking.matches import Matches
from ranking.threads import side_by_side

MAX_TABLE = 3_000_000  # codes that are counted in one table; beyond, they are sorted
CODE_CHUNK = 131_072
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


def sum_cells(matches: Matches, terms: Terms) -> Cells:
    """Sum the matches into cells; with a term that has a value a row, every row is a cell."""
    if terms.columns is not None:
        return _rows_as_cells(matches, np.stack(terms.columns, axis=1) / terms.divisor)
    n = len(matches.names)
    n_codes = terms.n_levels * n * n
    parts = _parts_of(matches.outcome)
    tabled = n_codes <= 4 * len(matches) and (parts + 1) * n_codes <= max(MAX_TABLE, len(matches))
    if tabled and matches.weight is None:
        counts = _count_outcomes(matches, terms, n_codes, parts)
        if counts is not None and terms.table is None:
            return _cells_of_counts(counts.reshape(n, n, parts + 1))
        if counts is not None:
            return _cells(np.arange(n_codes), _sums_of_counts(counts), terms, n)
    code = pair_code(matches, terms)
    distinct = np.arange(n_codes)
    if n_codes > 4 * len(matches):
        distinct, code = np.unique(code, return_inverse=True)
    return _cells(distinct, _sums_of_rows(matches, code, len(distinct)), terms, n)


def pair_code(matches: Matches, terms: Terms, rows: slice = slice(None)) -> NDArray[np.int64]:
    """Give (level * n + a) * n + b of the rows."""
    n = len(matches.names)
    code = matches.a[rows].astype(np.int64)
    if terms.level is not None:
        code += terms.level[rows].astype(np.int64, copy=False) * n
    code *= n
    code += matches.b[rows]
    return code


def outcome_codes(
    matches: Matches, terms: Terms, span: range | None = None, parts: int = 2
) -> Iterator[tuple[slice, NDArray[np.int32]]]:
    """Give, by chunks, each row's pair code times parts + 1, plus how many parts of a win its outcome is.

    With two parts a loss is 0, a tie 1, a win 2. An outcome between two parts is rounded down (see
    `_count_outcomes`). In 32 bits, which hold every code of a table that is not too large, this is twice as
    fast as in 64.
    """
    n = len(matches.names)
    size = max(CODE_CHUNK, 2 * n * n)
    span = range(len(matches)) if span is None else span
    for begin in range(span.start, span.stop, size):
        rows = slice(begin, min(begin + size, span.stop))
        code = short_code(matches, terms, rows)
        code *= parts + 1
        code += (matches.outcome[rows] * float(parts)).astype(np.int32)
        yield rows, code


def short_code(matches: Matches, terms: Terms, rows: slice) -> NDArray[np.int32]:
    """Give `pair_code` in 32 bits, where the table of all codes is not too large."""
    n = len(matches.names)
    code = matches.a[rows].astype(np.int32)
    if terms.level is not None:
        code += terms.level[rows].astype(np.int32) * np.int32(n)
    code *= n
    code += matches.b[rows].astype(np.int32, copy=False)
    return code


def _parts_of(outcome: FloatArray) -> int:
    """Guess how many parts of a win make every outcome: 2, or 4 where both orders of a match are one row."""
    doubled = outcome[:1000] * 2.0
    return 2 if (doubled == np.floor(doubled)).all() else 4


def is_ternary(outcome: FloatArray) -> bool:
    """Tell whether every outcome is 0, 0.5 or 1."""
    doubled = outcome * 2.0
    return bool((doubled == np.floor(doubled)).all())


def _count_outcomes(matches: Matches, terms: Terms, n_codes: int, parts: int) -> NDArray[np.intp] | None:
    """Count each code's rows by parts of a win, shape (n_codes, parts + 1); None at an outcome between."""
    size = (parts + 1) * n_codes

    def count(span: range) -> NDArray[np.intp]:
        counts = np.zeros(size, dtype=np.intp)
        for _, code in outcome_codes(matches, terms, span, parts):
            counts += np.bincount(code, minlength=size)
        return counts

    counts = sum(side_by_side(len(matches), count), np.zeros(size, dtype=np.intp))
    by_outcome = counts.reshape(n_codes, parts + 1)
    points = float(by_outcome.sum(axis=0) @ np.arange(parts + 1)) / parts
    # Rounding down loses points unless every outcome is a part: one sum instead of a comparison a row.
    return by_outcome if abs(points - float(matches.outcome.sum())) < 1e-7 else None


def _cells_of_counts(counts: NDArray[np.intp]) -> Cells:
    """Join (b, a) to (a, b) of counts by the parts of a win, shape (n, n, parts + 1)."""
    n = len(counts)
    both = counts[:, :, ::-1].transpose(1, 0, 2) + counts
    pairs = np.flatnonzero(np.triu(both.any(axis=2), 1))
    s = _sums_of_counts(both.reshape(n * n, counts.shape[2])[pairs])
    sums = (s.n_rows, s.win, s.tie, s.loss, s.square, s.square_y, s.square_yy)
    return Cells.of(pairs // n, pairs % n, sums, np.zeros((len(pairs), 0)))


def _sums_of_counts(counts: NDArray[np.intp]) -> _Sums:
    by_part = np.ascontiguousarray(counts.T).astype(np.float64)
    half = len(by_part) // 2
    y = np.arange(len(by_part)) / (len(by_part) - 1)
    is_tied = np.arange(len(by_part)) == half
    total = by_part.sum(axis=0)
    win = np.where(is_tied, 0.0, y) @ by_part
    loss = np.where(is_tied, 0.0, 1 - y) @ by_part
    return _Sums(total, win, by_part[half], loss, total, y @ by_part, (y * y) @ by_part)


def _sums_of_rows(matches: Matches, code: IndexArray, n_codes: int) -> _Sums:
    y = matches.outcome
    w = np.ones_like(y) if matches.weight is None else matches.weight
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


def _rows_as_cells(matches: Matches, dense: FloatArray) -> Cells:
    y = matches.outcome
    w = np.ones_like(y) if matches.weight is None else matches.weight
    tied = y == 0.5
    win, tie, loss = np.where(tied, 0.0, w * y), np.where(tied, w, 0.0), np.where(tied, 0.0, w * (1 - y))
    square = w * w
    a, b = matches.a.astype(np.intp), matches.b.astype(np.intp)
    n_rows = (w > 0).astype(np.float64)
    return Cells(a, b, n_rows, win, tie, loss, square, square * y, square * y * y, dense)
