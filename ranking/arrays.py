"""Array types of this room, the one sum everything rests on, and its dense systems."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.integer]
LARGE = 400  # from this size on Cholesky's half of the work is worth loading SciPy for


def sum_by(index: IndexArray, values: FloatArray | None, size: int) -> FloatArray:
    """Sum `values` (None: count) over equal indices; shape (size,)."""
    return np.bincount(index, values, size).astype(np.float64, copy=False)


def solve(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """Solve a symmetric system; raises numpy.linalg.LinAlgError where it is singular."""
    if len(matrix) >= LARGE:
        from scipy.linalg import cho_factor, cho_solve

        with suppress(np.linalg.LinAlgError):  # not positive definite: as any other system
            return np.asarray(cho_solve(cho_factor(matrix, check_finite=False), right), dtype=np.float64)
    return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)


def invert(matrix: FloatArray) -> FloatArray:
    """Invert a symmetric matrix; raises numpy.linalg.LinAlgError where it is singular."""
    if len(matrix) >= LARGE:
        from scipy.linalg.lapack import dpotrf, dpotri

        factor, failed = dpotrf(matrix, lower=True, overwrite_a=False)
        inverse, failed_too = (matrix, 1) if failed else dpotri(factor, lower=True, overwrite_c=True)
        if not (failed or failed_too):
            lower = np.tril(inverse, -1)
            return np.asarray(lower + lower.T + np.diag(np.diagonal(inverse)), dtype=np.float64)
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)
