"""Sums of w z z' over rows, where z is +1 at a, -1 at b, then the row's further columns.

The information is such a sum (w the curvature), and so is the sandwich's middle (w the squared score).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ranking.arrays import FloatArray, IndexArray, sum_by


@dataclass(frozen=True, eq=False)
class Gram:
    """Running sums.

    Attributes
    ----------
    weight : shape (n_contestants * n_contestants,)
        Of w, by pair code a * n_contestants + b.
    cross : shape (n_columns, n_contestants)
        Of w times the column, by a less that by b.
    inner : shape (n_columns, n_columns)
    """

    weight: FloatArray
    cross: FloatArray
    inner: FloatArray

    @classmethod
    def empty(cls, n_contestants: int, n_columns: int) -> Gram:
        n = n_contestants
        return cls(np.zeros(n * n), np.zeros((n_columns, n)), np.zeros((n_columns, n_columns)))

    @property
    def n_contestants(self) -> int:
        return int(self.cross.shape[1])

    def add(self, a: IndexArray, b: IndexArray, weight: FloatArray) -> None:
        """Add to the strengths' part."""
        n = self.n_contestants
        if len(a) * 4 < n * n:
            np.add.at(self.weight, a * n + b, weight)
        else:
            np.add(self.weight, sum_by(a * n + b, weight, n * n), out=self.weight)

    def add_column(self, k: int, a: IndexArray, b: IndexArray, weighted: FloatArray) -> None:
        """Add w times column `k` to its part with the strengths."""
        self.cross[k] += fold(a, b, weighted, self.n_contestants)

    def matrix(self) -> FloatArray:
        """Give the sum, shape (n_contestants + n_columns, n_contestants + n_columns)."""
        n, n_columns = self.n_contestants, len(self.cross)
        if not n_columns:
            return laplacian(self.weight, n)
        whole = np.zeros((n + n_columns, n + n_columns))
        whole[:n, :n] = laplacian(self.weight, n)
        whole[n:, :n] = self.cross
        whole[:n, n:] = self.cross.T
        whole[n:, n:] = self.inner
        return whole


def fold(a: IndexArray, b: IndexArray, values: FloatArray, n_contestants: int) -> FloatArray:
    """Sum values by `a`, less those by `b`."""
    return sum_by(a, values, n_contestants) - sum_by(b, values, n_contestants)


def laplacian(weight_of_pair: FloatArray, n: int) -> FloatArray:
    """Give the matrix of x -> sum of weight * (x_a - x_b)^2 from weights by pair code."""
    square = weight_of_pair.reshape(n, n)
    matrix: FloatArray = square + square.T
    np.negative(matrix, out=matrix)
    diagonal = matrix.sum(axis=1)
    matrix.reshape(-1)[:: n + 1] -= diagonal
    return matrix
