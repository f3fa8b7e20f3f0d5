"""Kappa and alpha of unordered labels, with intervals from leaving out one prompt at a time.

The percentile bootstrap of `ranking.agreement` covers too rarely with few prompts; the jackknife with
Student's t holds its level there (Efron and Tibshirani 1993, An Introduction to the Bootstrap, 11.2).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranking.arrays import FloatArray, sum_by
from ranking.errors import InvalidMatchesError
from ranking.ratings import MIN_PROMPTS
from ranking.scores import dense_labels
from ranking.shares import Clustered


def nominal_kappa(first: ArrayLike, second: ArrayLike, n_levels: int, prompt_id: ArrayLike) -> Clustered:
    """Cohen's kappa of two raters, unweighted.

    Parameters
    ----------
    first, second : arrays of shape (n_items,)
        Labels from 0 to n_levels - 1.

    References
    ----------
    Cohen (1960), Educational and Psychological Measurement 20:37-46.
    """
    a, b = _labels(first, n_levels), _labels(second, n_levels)
    if a.shape != b.shape:
        raise InvalidMatchesError(f"both raters need one label an item: {a.shape} and {b.shape}")
    g, size = dense_labels(np.asarray(prompt_id))
    cells = sum_by((g * n_levels + a) * n_levels + b, None, size * n_levels**2)
    tables = cells.reshape(size, n_levels, n_levels)

    def kappa(table: FloatArray) -> FloatArray:
        total = table.sum(axis=(1, 2))
        same = np.trace(table, axis1=1, axis2=2) / total
        chance = (table.sum(axis=1) * table.sum(axis=2)).sum(axis=1) / total**2
        return _over(same - chance, 1 - chance)

    return _jackknife(tables, kappa, len(a))


def nominal_alpha(counts: ArrayLike, prompt_id: ArrayLike) -> Clustered:
    """Krippendorff's alpha for any number of raters with ratings missing.

    Parameters
    ----------
    counts : array of shape (n_items, n_levels)
        How many raters gave each level; items with fewer than two ratings say nothing.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability.
    """
    n = np.asarray(counts, dtype=np.float64)
    if n.ndim != 2:
        raise InvalidMatchesError(f"counts must have shape (n_items, n_levels), not {n.shape}")
    paired = n.sum(axis=1) >= 2
    n, prompts = n[paired], np.asarray(prompt_id)[paired]
    k = n.shape[1]
    pairs = n[:, :, None] * n[:, None, :]
    pairs[:, np.arange(k), np.arange(k)] -= n
    pairs /= (n.sum(axis=1) - 1)[:, None, None]
    g, size = dense_labels(prompts)
    flat = pairs.reshape(len(n), k * k)
    tables = np.stack([sum_by(g, flat[:, column], size) for column in range(k * k)], axis=1)

    def alpha(table: FloatArray) -> FloatArray:
        total = table.sum(axis=(1, 2))
        margin = table.sum(axis=1)
        differ = total - np.trace(table, axis1=1, axis2=2)
        chance = (margin.sum(axis=1) ** 2 - (margin**2).sum(axis=1)) / (total - 1)
        return 1 - _over(differ, chance)

    return _jackknife(tables.reshape(size, k, k), alpha, len(n))


def _labels(values: ArrayLike, n_levels: int) -> NDArray[np.int64]:
    labels = np.asarray(values, dtype=np.int64)
    if len(labels) and not (labels.min() >= 0 and labels.max() < n_levels):
        raise InvalidMatchesError(f"labels must lie from 0 to {n_levels - 1}")
    return labels


def _over(top: FloatArray, bottom: FloatArray) -> FloatArray:
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 1e-12)


def _jackknife(tables: FloatArray, figure: Callable[[FloatArray], FloatArray], n_items: int) -> Clustered:
    """Give the figure of the summed tables, and its interval from leaving out each prompt's table."""
    from scipy.special import stdtrit

    tables = tables[tables.any(axis=(1, 2))]
    n = len(tables)
    if not n:
        return Clustered(np.nan, np.nan, np.nan, np.nan, n_items, 0, "there are no items")
    total = tables.sum(axis=0)
    value = float(figure(total[None])[0])
    if np.isnan(value):
        return Clustered(value, np.nan, np.nan, np.nan, n_items, n, "every label is the same: not defined")
    if n < MIN_PROMPTS:
        return Clustered(value, np.nan, np.nan, np.nan, n_items, n, "too few prompts for an interval")
    without = figure(total[None] - tables)
    if np.isnan(without).any():
        return Clustered(
            value, np.nan, np.nan, np.nan, n_items, n, "one prompt decides whether it is defined"
        )
    error = float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))
    half = float(stdtrit(n - 1, 0.975)) * error
    if half <= 1e-12:
        return Clustered(value, np.nan, np.nan, np.nan, n_items, n, "the interval would have no width")
    return Clustered(value, value - half, min(1.0, value + half), np.nan, n_items, n)
