"""Array types of this room, and the one sum everything rests on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.integer]


def sum_by(index: IndexArray, values: FloatArray | None, size: int) -> FloatArray:
    """Sum `values` (None: count) over equal indices; shape (size,)."""
    return np.bincount(index, values, size).astype(np.float64, copy=False)


def solve(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """Solve a dense system; raises numpy.linalg.LinAlgError where it is singular."""
    return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)


def invert(matrix: FloatArray) -> FloatArray:
    """Invert a dense matrix; raises numpy.linalg.LinAlgError where it is singular."""
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)
