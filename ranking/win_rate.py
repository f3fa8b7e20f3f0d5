"""Win rates: over all matches, or averaged over opponents, with intervals clustered by prompt."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from ranking.arrays import FloatArray, sum_by
from ranking.covariance import Covariance
from ranking.matches import Matches
from ranking.means import Side, rate_contestants
from ranking.ratings import Ratings


def fit_win_rate(
    matches: Matches,
    *,
    average: Literal["matches", "opponents"] = "matches",
    covariance: Covariance = "cluster",
) -> Ratings:
    """Give each contestant's share of points; a tie is half a point.

    Parameters
    ----------
    matches : Matches
    average : {"matches", "opponents"}
        Over the contestant's matches; or first against each opponent, then over opponents, each alike.
    covariance : {"cluster", "sandwich"}
        Clusters are prompts, or single matches.

    Returns
    -------
    Ratings
        `rating` and `theta` are the rate in [0, 1].

    References
    ----------
    Linearised ratio estimator: Cochran (1977), Sampling Techniques, 6.3; the mean over opponents is
    `average_win_rate` of dustalov/evalica.
    """
    n = len(matches.names)
    first, second = (
        Side(matches.a, matches.outcome, matches.weight),
        Side(matches.b, 1 - matches.outcome, matches.weight),
    )
    n_matches = first.total(n) + second.total(n)
    if average == "opponents":
        shares = _opponent_shares(matches)
        first, second = (replace(side, weight=side.weighted(shares)) for side in (first, second))
    prompt = matches.prompt_id if covariance == "cluster" else None
    return rate_contestants(
        matches.names,
        (first, second),
        np.arange(len(matches)) if prompt is None else prompt,
        n_matches=n_matches,
        method="win-rate" if average == "matches" else "mean-over-opponents win-rate",
        clustered_by="match" if prompt is None else "prompt",
        unit="win rate",
    )


def win_rate_matrix(matches: Matches) -> FloatArray:
    """Give the share of points of each row's contestant against each column's; NaN where they never met."""
    n = len(matches.names)
    weight = np.ones(len(matches)) if matches.weight is None else matches.weight
    code = matches.a.astype(np.intp) * n + matches.b
    won = sum_by(code, weight * matches.outcome, n * n).reshape(n, n)
    met = sum_by(code, weight, n * n).reshape(n, n)
    points, total = won + (met - won).T, met + met.T
    rate = np.full((n, n), np.nan)
    np.divide(points, total, out=rate, where=total > 0)
    return rate


def _opponent_shares(matches: Matches) -> FloatArray:
    """Factor by which each row's weight makes every opponent count alike, for both sides."""
    n = len(matches.names)
    low, high = np.minimum(matches.a, matches.b), np.maximum(matches.a, matches.b)
    code = low.astype(np.intp) * n + high
    met = sum_by(code, matches.weight, n * n)
    share = np.zeros(len(code))
    np.divide(1.0, met[code], out=share, where=met[code] > 0)
    return share
