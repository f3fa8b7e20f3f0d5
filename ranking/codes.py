"""Rows as whole numbers, counted in one table: who meets whom, on which level, with what outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranking.arrays import FloatArray
from ranking.matches import Matches
from ranking.threads import side_by_side

MAX_TABLE = 3_000_000  # codes that are counted in one table; beyond, they are sorted
CODE_CHUNK = 131_072
MAX_WEIGHTS = 4  # different weights with which rows are still counted
SAMPLE = 1000  # rows at which a column is glanced


@dataclass(frozen=True, eq=False)
class FewValues:
    """The distinct values of a column, sorted, and each row's place among them."""

    values: FloatArray
    place: NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class OutcomeCounts:
    """Rows by code, weight and outcome: `counts` of shape (n_codes, n_weights, n_parts + 1).

    Outcome k of the last axis is k / n_parts of a win.
    """

    counts: NDArray[np.intp]
    weights: FloatArray

    def over_levels(self, n_levels: int) -> OutcomeCounts:
        """Forget the levels."""
        if n_levels == 1:
            return self
        shape = self.counts.shape
        return OutcomeCounts(self.counts.reshape(n_levels, -1, *shape[1:]).sum(axis=0), self.weights)


def pair_code(
    matches: Matches, level: NDArray[np.integer] | None, rows: slice = slice(None)
) -> NDArray[np.int64]:
    """Give (level * n + a) * n + b of the rows."""
    n = len(matches.names)
    code = matches.a[rows].astype(np.int64)
    if level is not None:
        code += level[rows].astype(np.int64, copy=False) * n
    code *= n
    code += matches.b[rows]
    return code


def short_code(matches: Matches, level: NDArray[np.integer] | None, rows: slice) -> NDArray[np.int32]:
    """Give `pair_code` in 32 bits, which hold every code of a table that is not too large, twice as fast."""
    n = len(matches.names)
    code = matches.a[rows].astype(np.int32)
    if level is not None:
        code += level[rows].astype(np.int32) * np.int32(n)
    code *= n
    code += matches.b[rows].astype(np.int32, copy=False)
    return code


def chunks(matches: Matches, span: range) -> Iterator[slice]:
    """Cut a span of rows so that counting a chunk costs more than its table."""
    size = max(CODE_CHUNK, 2 * len(matches.names) ** 2)
    for begin in range(span.start, span.stop, size):
        yield slice(begin, min(begin + size, span.stop))


def count_outcomes(matches: Matches, level: NDArray[np.integer] | None, n_codes: int) -> OutcomeCounts | None:
    """Count the rows in one table; None where it would be too large for them, or outcomes or weights many.

    The outcomes of a match may be halves, or quarters where both of its orders are one row.
    """
    n_parts = 2 if is_whole(matches.outcome[:SAMPLE] * 2.0) else 4
    found = None if matches.weight is None else few_values(matches.weight, MAX_WEIGHTS)
    if matches.weight is not None and found is None:
        return None
    weights = np.ones(1) if found is None else found.values
    shape = (n_codes, len(weights), n_parts + 1)
    size = int(np.prod(shape))
    if n_codes > 4 * len(matches) or size > max(MAX_TABLE, len(matches)):
        return None

    def count(span: range) -> NDArray[np.intp]:
        counts = np.zeros(size, dtype=np.intp)
        for rows in chunks(matches, span):
            code = short_code(matches, level, rows)
            if found is not None:
                code *= len(weights)
                code += found.place[rows]
            code *= n_parts + 1
            code += (matches.outcome[rows] * float(n_parts)).astype(np.int32)
            counts += np.bincount(code, minlength=size)
        return counts

    counts = sum(side_by_side(len(matches), count), np.zeros(size, dtype=np.intp)).reshape(shape)
    points = float(counts.sum(axis=(0, 1)) @ np.arange(n_parts + 1)) / n_parts
    # Rounding down loses points unless every outcome is a part: one sum instead of a comparison a row.
    is_exact = abs(points - float(matches.outcome.sum())) < 1e-7
    return OutcomeCounts(counts, weights) if is_exact else None


def is_whole(values: FloatArray) -> bool:
    return bool((values == np.floor(values)).all())


def is_ternary(outcome: FloatArray) -> bool:
    """Tell whether every outcome is 0, 0.5 or 1."""
    return all(
        is_whole(outcome[begin : begin + CODE_CHUNK] * 2.0) for begin in range(0, len(outcome), CODE_CHUNK)
    )


def few_values(column: FloatArray, most: int) -> FewValues | None:
    """Find the distinct values, None if there are more than `most`; a glance settles most cases."""
    values = np.unique(column[:: max(1, len(column) // SAMPLE)])
    if len(values) > most:
        return None
    place = np.zeros(len(column), dtype=np.int8)
    n_found = 0
    for k, value in enumerate(values):
        is_here = column == value
        n_found += int(np.count_nonzero(is_here))
        place += is_here.view(np.int8) * np.int8(k)
    if n_found == len(column):
        return FewValues(values, place)
    values = np.unique(column)
    return FewValues(values, np.searchsorted(values, column).astype(np.int8)) if len(values) <= most else None
