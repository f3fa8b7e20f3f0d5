"""Ranks that the evidence leaves open, and chances of order, from the covariance of differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranking.arrays import FloatArray, IndexArray
from ranking.ratings import Ratings

AT_ONCE = 1_000_000  # differences held in memory


@dataclass(frozen=True, eq=False)
class SimultaneousRanks:
    """Rank ranges that all hold together in 95 % of repetitions; shape (n_contestants,)."""

    rank_low: IndexArray
    rank_high: IndexArray
    critical_value: float


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
    variance = np.diagonal(covariance)
    square = variance[:, None] + variance[None, :] - 2 * covariance
    critical = np.asarray(critical_value, dtype=np.float64)
    square *= critical[:, None] ** 2 if critical.ndim else critical**2
    with np.errstate(invalid="ignore"):  # NaN compares as false: not distinguished
        return np.asarray((difference > 0) & (square > 0) & (difference * difference > square))


def difference_error(covariance: FloatArray) -> FloatArray:
    """Give the standard error of each difference, NaN where it is unknown."""
    variance = np.diagonal(covariance)
    square = variance[:, None] + variance[None, :] - 2 * covariance
    with np.errstate(invalid="ignore"):
        return np.sqrt(np.where(square > 0, square, np.where(np.isnan(square), np.nan, 0.0)))


def simultaneous_ranks(
    ratings: Ratings, *, rng: np.random.Generator, n_draws: int = 4000, level: float = 0.95
) -> SimultaneousRanks:
    """Give rank ranges whose critical value is that of the largest studentised difference (max-t).

    References
    ----------
    Mogstad, Romano, Shaikh and Wilhelm (2024), Review of Economic Studies 91:476-518, section 3.
    """
    error = difference_error(ratings.covariance)
    known = np.triu(error > 0, 1)
    scale = np.divide(1.0, error, out=np.zeros_like(error), where=known)
    largest = np.zeros(n_draws)
    if known.any():
        draws = _draw_strengths(ratings, rng, n_draws)
        at_once = max(1, AT_ONCE // error.size)
        for begin in range(0, n_draws, at_once):
            part = draws[begin : begin + at_once]
            ratio = (part[:, :, None] - part[:, None, :]) * scale
            largest[begin : begin + at_once] = np.abs(ratio, out=ratio).max(axis=(1, 2))
    critical = float(np.quantile(largest, level)) if known.any() else np.nan
    return SimultaneousRanks(*rank_ranges(ratings.theta, ratings.covariance, critical), critical)


def probability_above(ratings: Ratings) -> FloatArray:
    """Give the chance that row is truly stronger than column, NaN where unknown.

    A confidence distribution: Student t of the difference over its standard error, with no prior.
    """
    from scipy.special import ndtr, stdtr

    difference = ratings.theta[:, None] - ratings.theta[None, :]
    error = difference_error(ratings.covariance)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(error > 0, difference / error, np.nan)
    degrees = ratings.degrees_of_freedom
    return np.asarray(ndtr(ratio) if not np.isfinite(degrees) else stdtr(degrees, ratio))


def probability_best(ratings: Ratings, *, rng: np.random.Generator, n_draws: int = 10_000) -> FloatArray:
    """Give each contestant's chance of being the strongest; NaN for those without an interval.

    The share of draws from the estimates' joint distribution in which it comes first.
    """
    known = ~np.isnan(np.diagonal(ratings.covariance))
    chance = np.full(len(ratings.names), np.nan)
    if not known.any() or len(np.unique(ratings.component[known])) > 1:
        return chance
    draws = ratings.theta[None, :] + _draw_strengths(ratings, rng, n_draws)
    first = np.where(known[None, :], draws, -np.inf).argmax(axis=1)
    chance[known] = (np.bincount(first, minlength=len(chance)) / n_draws)[known]
    return chance


def _draw_strengths(ratings: Ratings, rng: np.random.Generator, n_draws: int) -> FloatArray:
    """Draw errors of the strengths: multivariate Student t (normal at infinite degrees), 0 where unknown."""
    covariance = np.nan_to_num(ratings.covariance, nan=0.0)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    draws = rng.standard_normal((n_draws, len(values))) @ root.T
    degrees = ratings.degrees_of_freedom
    if np.isfinite(degrees) and degrees > 0:
        draws *= np.sqrt(degrees / rng.chisquare(degrees, size=(n_draws, 1)))
    return np.asarray(draws, dtype=np.float64)
