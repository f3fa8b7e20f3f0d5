"""Correlations of two raters' values, each with a prompt-clustered interval."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ranking.arrays import FloatArray
from ranking.errors import InvalidMatchesError
from ranking.prompt_bootstrap import N_ROUNDS, Agreement, Drawn


def kendall_tau(
    first: ArrayLike,
    second: ArrayLike,
    *,
    prompt_id: ArrayLike | None = None,
    rng: np.random.Generator,
    n_rounds: int = N_ROUNDS,
) -> Agreement:
    """Rank correlation tau-b, corrected for ties.

    References
    ----------
    Kendall (1945), Biometrika 33:239-251.
    """
    return _correlation("kendalltau", first, second, prompt_id, rng, n_rounds)


def pearson_r(
    first: ArrayLike,
    second: ArrayLike,
    *,
    prompt_id: ArrayLike | None = None,
    rng: np.random.Generator,
    n_rounds: int = N_ROUNDS,
) -> Agreement:
    """Linear correlation of the values.

    References
    ----------
    Pearson (1895), Proceedings of the Royal Society of London 58:240-242.
    """
    return _correlation("pearsonr", first, second, prompt_id, rng, n_rounds)


def spearman_rho(
    first: ArrayLike,
    second: ArrayLike,
    *,
    prompt_id: ArrayLike | None = None,
    rng: np.random.Generator,
    n_rounds: int = N_ROUNDS,
) -> Agreement:
    """Correlation of mid-ranks.

    References
    ----------
    Spearman (1904), American Journal of Psychology 15:72-101.
    """
    return _correlation("spearmanr", first, second, prompt_id, rng, n_rounds)


def _correlation(
    name: Literal["kendalltau", "pearsonr", "spearmanr"],
    first: ArrayLike,
    second: ArrayLike,
    prompt_id: ArrayLike | None,
    rng: np.random.Generator,
    n_rounds: int,
) -> Agreement:
    from scipy import stats

    pairs = np.stack([np.asarray(first, np.float64), np.asarray(second, np.float64)], axis=1)
    if np.isnan(pairs).any():
        raise InvalidMatchesError("a value is missing (NaN): leave such items out, and count them")

    def correlate(rows: FloatArray) -> float:
        x, y = rows.T
        if len(rows) < 2 or (x == x[0]).all() or (y == y[0]).all():
            return np.nan
        return float(getattr(stats, name)(x, y).statistic)

    why = "one side never varies, or there are fewer than two items"
    return Drawn.of_rows(pairs, prompt_id).measure(correlate, len(pairs), rng, n_rounds, why)
