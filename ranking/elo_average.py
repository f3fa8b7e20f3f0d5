"""Elo averaged over shuffles of the rows, with intervals from prompts drawn anew and reshuffled within.

The spread over shuffles alone is the noise of the order, not sampling error: it says nothing of what
other prompts would have shown.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ranking.arrays import FloatArray, IndexArray
from ranking.elo import check_elo_options, elo_result
from ranking.matches import Matches
from ranking.ranks import rank_ranges
from ranking.ratings import MIN_PROMPTS, Ratings
from ranking.scores import dense_labels

MAX_AT_ONCE = 20_000_000  # rows times runs held in memory


def fit_elo_averaged(
    matches: Matches,
    *,
    rng: np.random.Generator,
    n_shuffles: int = 100,
    n_rounds: int = 200,
    k: float = 4,
    initial: float = 1000,
    scale: float = 400,
) -> Ratings:
    """Average online Elo over random orders.

    Parameters
    ----------
    matches : Matches
    n_shuffles : int
        Orders the rating is averaged over.
    n_rounds : int
        Bootstrap rounds: each draws prompts (matches, without prompts) and averages over 8 new orders;
        0 gives no intervals.
    k, initial, scale : float
        As in `fit_elo`.
    """
    check_elo_options(k, scale)
    everything = np.arange(len(matches))
    rating = _average([everything] * n_shuffles, matches, rng, k, initial, scale).mean(axis=0)
    result = replace(elo_result(matches, rating, (), scale), method="elo averaged over shuffles")
    g, size = dense_labels(everything if matches.prompt_id is None else matches.prompt_id)
    n_prompts = len(np.unique(g))
    if n_prompts < MIN_PROMPTS or n_rounds < 2:
        return replace(result, notes=(*result.notes, "No interval: too few prompts or no bootstrap."))
    rows_of = np.split(np.argsort(g, kind="stable"), np.cumsum(np.bincount(g, minlength=size))[:-1])
    rows_of = [rows for rows in rows_of if len(rows)]
    inner = 8
    drawn = []
    for _ in range(n_rounds):
        rows = np.concatenate([rows_of[p] for p in rng.integers(0, n_prompts, n_prompts)])
        drawn += [rows] * inner
    runs = _average(drawn, matches, rng, k, initial, scale)
    rounds = runs.reshape(n_rounds, inner, -1).mean(axis=1)
    return _with_spread(result, rounds, n_prompts, scale, clustered=matches.prompt_id is not None)


def _with_spread(
    result: Ratings, rounds: FloatArray, n_prompts: int, scale: float, *, clustered: bool
) -> Ratings:
    n = len(result.names)
    low, high = np.quantile(rounds, [0.025, 0.975], axis=0)
    covariance = np.cov(rounds.T).reshape(n, n) * (np.log(10) / scale) ** 2
    flat = ~(high - low > 1e-9) | np.isnan(result.rating)
    covariance = np.where(flat[:, None] | flat[None, :], np.nan, covariance)
    rank_low, rank_high = rank_ranges(result.theta, covariance, 1.959963984540054)
    unit = "prompts" if clustered else "matches"
    return replace(
        result,
        low=np.where(flat, np.nan, low),
        high=np.where(flat, np.nan, high),
        covariance=covariance,
        rank_low=rank_low,
        rank_high=rank_high,
        interval_method=f"percentile bootstrap over {unit}, rows reshuffled within",
        critical_value=1.959963984540054,
        degrees_of_freedom=np.inf,
        n_prompts=n_prompts,
    )


def _average(
    runs: list[IndexArray],
    matches: Matches,
    rng: np.random.Generator,
    k: float,
    initial: float,
    scale: float,
) -> FloatArray:
    """Rate each run's rows in a random order, all runs side by side; shape (n_runs, n_contestants)."""
    longest = max((len(rows) for rows in runs), default=0)
    at_once = max(1, MAX_AT_ONCE // max(longest, 1))
    parts = []
    for begin in range(0, len(runs), at_once):
        some = runs[begin : begin + at_once]
        order = np.zeros((longest, len(some)), dtype=np.int32)
        step = np.zeros((longest, len(some)))
        for r, rows in enumerate(some):
            order[: len(rows), r] = rng.permutation(rows)
            step[: len(rows), r] = k if matches.weight is None else k * matches.weight[order[: len(rows), r]]
        parts.append(_rate(matches, order, step, initial, scale))
    met = np.bincount(matches.a, minlength=len(matches.names)) + np.bincount(
        matches.b, minlength=len(matches.names)
    )
    return np.where(met > 0, np.concatenate(parts), np.nan)


def _rate(matches: Matches, order: IndexArray, step: FloatArray, initial: float, scale: float) -> FloatArray:
    n_runs, n = order.shape[1], len(matches.names)
    rating = np.full(n_runs * n, float(initial))
    offset = np.arange(n_runs) * n
    decay = np.log(10) / scale
    for rows, gain in zip(order, step, strict=True):
        a, b = offset + matches.a[rows], offset + matches.b[rows]
        expected = 1 / (1 + np.exp((rating[b] - rating[a]) * decay))
        change = gain * (matches.outcome[rows] - expected)
        rating[a] += change
        rating[b] -= change
    return rating.reshape(n_runs, n)
