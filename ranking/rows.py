"""Rows that do not sum into cells, since a term has a value a row: their likelihood with half wins.

One pass over memory per evaluation: rows are taken in chunks that stay in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ranking.arrays import FloatArray, IndexArray, sum_by
from ranking.cells import Terms
from ranking.codes import pair_code
from ranking.gram import Gram, fold
from ranking.matches import Matches
from ranking.threads import side_by_side

Number = TypeVar("Number", np.float64, np.integer)

ROWS_AT_ONCE = 16_384
GROUP = 16  # factors multiplied before one logarithm


@dataclass(frozen=True, eq=False)
class Rows:
    """Matches with terms of their own; each array has shape (n_rows,).

    `code` is a * n_contestants + b, or None where that table would be larger than the rows. Columns are
    as given, `divisor` is what each is divided by. A row that does not count has weight 0.
    """

    n_contestants: int
    a: IndexArray
    b: IndexArray
    code: IndexArray | None
    outcome: FloatArray
    weight: FloatArray | None
    columns: tuple[FloatArray, ...]
    divisor: FloatArray

    @classmethod
    def of(cls, matches: Matches, terms: Terms) -> Rows:
        n = len(matches.names)
        code = pair_code(matches, None) if n * n <= len(matches) else None
        columns, divisor = terms.columns or (), terms.divisor
        return cls(n, matches.a, matches.b, code, matches.outcome, matches.weight, columns, divisor)

    def __len__(self) -> int:
        return len(self.outcome)

    def every(self, step: int) -> Rows:
        """Give every so many-th row."""

        def pick(column: NDArray[Number]) -> NDArray[Number]:
            return np.ascontiguousarray(column[::step])

        return replace(
            self,
            a=pick(self.a),
            b=pick(self.b),
            code=None if self.code is None else pick(self.code),
            outcome=pick(self.outcome),
            weight=None if self.weight is None else pick(self.weight),
            columns=tuple(pick(column) for column in self.columns),
        )

    def only(self, counts: NDArray[np.bool_]) -> Rows:
        """Give the rows with the weight of the others at 0."""
        weight = counts.astype(np.float64) if self.weight is None else self.weight * counts
        return replace(self, weight=weight)

    def with_terms(self, keep: Sequence[int]) -> Rows:
        return replace(self, columns=tuple(self.columns[k] for k in keep), divisor=self.divisor[list(keep)])


@dataclass(frozen=True, eq=False)
class RowSums:
    """Log-likelihood, its gradient, the information, and each row's weighted score."""

    value: float
    gradient: FloatArray
    gram: Gram
    score: FloatArray


def sum_rows(rows: Rows, parameters: FloatArray) -> RowSums:
    """Sum value, gradient and information of half wins over the rows."""
    n = rows.n_contestants
    score = np.empty(len(rows))
    table = None if rows.code is None else np.subtract.outer(parameters[:n], parameters[:n]).ravel()

    def some(span: range) -> _Sums:
        return _sum_span(rows, span, parameters, table, score)

    sums = reduce(_Sums.joined, side_by_side(len(rows), some))
    of_strengths = _fold(rows, _by_place(rows, score))
    gradient = np.concatenate([of_strengths, sums.term_score / rows.divisor])
    return RowSums(float(sums.value[0]), gradient, sums.gram(), score)


def square_rows(rows: Rows, score: FloatArray) -> Gram:
    """Sum the outer products of the rows' scores."""

    def some(span: range) -> _Sums:
        sums = _Sums.empty(rows)
        for part, x in _chunks(rows, span):
            sums.add(part, x, score[part] * score[part])
        return sums

    return reduce(_Sums.joined, side_by_side(len(rows), some)).gram()


def _sum_span(
    rows: Rows, span: range, parameters: FloatArray, table: FloatArray | None, score: FloatArray
) -> _Sums:
    sums = _Sums.empty(rows)
    coefficients = parameters[rows.n_contestants :] / rows.divisor
    with np.errstate(over="ignore"):
        for part, x in _chunks(rows, span):
            eta = _difference(rows, part, parameters, table)
            eta += coefficients @ x
            one = np.exp(-eta)
            one += 1.0
            w = None if rows.weight is None else rows.weight[part]
            sums.value[0] += _log_likelihood(rows.outcome[part], eta, one, w)
            p = np.reciprocal(one, out=one)
            residual = np.subtract(rows.outcome[part], p, out=score[part])
            curvature = np.subtract(1.0, p, out=eta)
            curvature *= p
            if w is not None:
                residual *= w
                curvature *= w
            np.add(sums.term_score, x @ residual, out=sums.term_score)
            sums.add(part, x, curvature)
    return sums


def _chunks(rows: Rows, span: range) -> Iterator[tuple[slice, FloatArray]]:
    """Give runs of rows with their columns, shape (n_columns, size); the array is used again."""
    buffer = np.empty((len(rows.columns), min(ROWS_AT_ONCE, len(span))))
    for begin in range(span.start, span.stop, ROWS_AT_ONCE):
        part = slice(begin, min(begin + ROWS_AT_ONCE, span.stop))
        x = buffer[:, : part.stop - begin]
        for k, column in enumerate(rows.columns):
            x[k] = column[part]
        yield part, x


def _difference(rows: Rows, part: slice, parameters: FloatArray, table: FloatArray | None) -> FloatArray:
    """Strength of a less that of b."""
    if table is not None and rows.code is not None:
        return np.take(table, rows.code[part], mode="clip")
    difference: FloatArray = parameters[rows.a[part]] - parameters[rows.b[part]]
    return difference


def _by_place(rows: Rows, values: FloatArray) -> FloatArray:
    """Sum by pair code where the rows have one, else by `a` less by `b`."""
    n = rows.n_contestants
    return fold(rows.a, rows.b, values, n) if rows.code is None else sum_by(rows.code, values, n * n)


def _fold(rows: Rows, by_place: FloatArray) -> FloatArray:
    """Give sums by `a` less those by `b`, on the last axis, from sums by place."""
    if rows.code is None:
        return by_place
    n = rows.n_contestants
    square = by_place.reshape(*by_place.shape[:-1], n, n)
    folded: FloatArray = square.sum(axis=-1) - square.sum(axis=-2)
    return folded


def _log_likelihood(y: FloatArray, eta: FloatArray, one: FloatArray, weight: FloatArray | None) -> float:
    """Sum w [(y - 1) eta - log(1 + exp(-eta))]; `one` is 1 + exp(-eta), inf where that is too large."""
    if weight is not None:
        logs = np.log(one)
        if not np.isfinite(logs).all():
            logs = np.logaddexp(0.0, -eta)
        return float(weight @ ((y - 1.0) * eta - logs))
    whole = len(one) - len(one) % GROUP
    products = np.multiply.reduce(one[:whole].reshape(GROUP, -1), axis=0)
    logs = np.log(products).sum() + np.log(one[whole:]).sum()
    if not np.isfinite(logs):
        logs = np.logaddexp(0.0, -eta).sum()
    return float(y @ eta - eta.sum() - logs)


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sums under way: the strengths' parts by place (see `_by_place`), columns not yet divided."""

    rows: Rows
    value: FloatArray
    term_score: FloatArray
    weight: FloatArray
    cross: FloatArray
    inner: FloatArray

    @classmethod
    def empty(cls, rows: Rows) -> _Sums:
        n, k = rows.n_contestants, len(rows.columns)
        by = n if rows.code is None else n * n
        return cls(rows, np.zeros(1), np.zeros(k), np.zeros(n * n), np.zeros((k, by)), np.zeros((k, k)))

    def add(self, part: slice, x: FloatArray, weight: FloatArray) -> None:
        """Add w z z' of these rows."""
        rows, weighted = self.rows, x * weight
        for k, column in enumerate(weighted):
            self.inner[k] += x @ column
        if rows.code is not None:
            code = rows.code[part]
            np.add.at(self.weight, code, weight)
            for k, column in enumerate(weighted):
                np.add.at(self.cross[k], code, column)
            return
        a, b = rows.a[part], rows.b[part]
        np.add.at(self.weight, a.astype(np.intp) * rows.n_contestants + b, weight)
        for k, column in enumerate(weighted):
            np.add.at(self.cross[k], a, column)
            np.subtract.at(self.cross[k], b, column)

    def joined(self, other: _Sums) -> _Sums:
        names = ("value", "term_score", "weight", "cross", "inner")
        return _Sums(self.rows, *(getattr(self, name) + getattr(other, name) for name in names))

    def gram(self) -> Gram:
        d = self.rows.divisor
        cross = _fold(self.rows, self.cross)
        return Gram(self.weight, cross / d[:, None], self.inner / d[:, None] / d[None, :])
