"""Ranks that the evidence leaves open, from the covariance of differences."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ranking.arrays import FloatArray, IndexArray


def rank_ranges(
    theta: FloatArray, covariance: FloatArray, critical_value: FloatArray | float
) -> tuple[IndexArray, IndexArray]:
    """Give the best and the worst rank of each contestant.

    Parameters
    ----------
    theta : shape (n_contestants,)
    covariance : shape (n_contestants, n_contestants)
        NaN where two contestants do not compare: they are not distinguished.
    critical_value : float or shape (n_contestants,)
        i is above j where theta_i - theta_j exceeds this many standard errors of the difference.
    """
    above = is_above(theta, covariance, critical_value)
    return 1 + above.sum(axis=0), len(theta) - above.sum(axis=1)


def is_above(
    theta: FloatArray, covariance: FloatArray, critical_value: FloatArray | float
) -> NDArray[np.bool_]:
    """Give the matrix of "row is above column"."""
    difference = theta[:, None] - theta[None, :]
    error = difference_error(covariance)
    critical = np.broadcast_to(np.asarray(critical_value, dtype=np.float64), theta.shape)[:, None]
    with np.errstate(invalid="ignore"):
        return np.asarray((difference > critical * error) & (error > 0))


def difference_error(covariance: FloatArray) -> FloatArray:
    """Give the standard error of each difference, NaN where it is unknown."""
    variance = np.diagonal(covariance)
    square = variance[:, None] + variance[None, :] - 2 * covariance
    with np.errstate(invalid="ignore"):
        return np.sqrt(np.where(square > 0, square, np.where(np.isnan(square), np.nan, 0.0)))
