"""Online Elo: ratings that move after each match, so that the order of the rows matters."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import repeat

import numpy as np

from ranking.arrays import FloatArray
from ranking.errors import InvalidMatchesError
from ranking.intervals import count_matches
from ranking.matches import Matches
from ranking.ratings import Ratings

ROWS_AT_ONCE = 16_384


def fit_elo(matches: Matches, *, k: float = 4, initial: float = 1000, scale: float = 400) -> Ratings:
    """Rate online, in row order.

    Parameters
    ----------
    matches : Matches
        A row's weight multiplies `k`.
    k : float
        Points the winner of a match between equals gains twice over.
    initial : float
        Rating before the first match, in points.
    scale : float
        Points at which the expected odds are 10:1.

    Returns
    -------
    Ratings
        Without intervals: the order of the rows is part of the answer (see `fit_elo_averaged`).

    References
    ----------
    Elo (1978), The Rating of Chessplayers, 1.4; conventions of dustalov/evalica and LMArena.
    """
    check_elo_options(k, scale)
    rating = online_ratings(matches, k, initial, scale)
    notes = ("Online Elo depends on the order of the rows and has no interval.",)
    return elo_result(matches, rating, notes, scale)


def check_elo_options(k: float, scale: float) -> None:
    if not (k > 0 and scale > 0):
        raise InvalidMatchesError(f"k and scale must be above 0, not {k} and {scale}")


def online_ratings(matches: Matches, k: float, initial: float, scale: float) -> FloatArray:
    """Rate in row order; NaN for who has no match.

    Each step needs the one before, so that Python takes them one by one: what can be done for all rows at
    once is not done in the loop.
    """
    nats = math.log(10) / scale
    strength = [0.0] * len(matches.names)
    for begin in range(0, len(matches), ROWS_AT_ONCE):  # lists that stay in the processor's cache
        rows = slice(begin, min(begin + ROWS_AT_ONCE, len(matches)))
        most = k * nats * (1.0 if matches.weight is None else matches.weight[rows])
        won = (most * matches.outcome[rows]).tolist()
        gain = repeat(most, len(won)) if isinstance(most, float) else most.tolist()
        _play(strength, zip(matches.a[rows].tolist(), matches.b[rows].tolist(), gain, won, strict=True))
    rating = initial + np.array(strength) / nats
    return np.where(count_matches(matches) > 0, rating, np.nan)


def _play(strength: list[float], rows: Iterable[tuple[int, int, float, float]]) -> None:
    """Move the strengths, in nats, match by match: the pair, the most to gain, and that times the outcome."""
    exp = math.exp
    for a, b, gain, won in rows:
        first, second = strength[a], strength[b]
        change = won - gain / (1.0 + exp(second - first))
        strength[a] = first + change
        strength[b] = second - change


def elo_result(matches: Matches, rating: FloatArray, notes: tuple[str, ...], scale: float) -> Ratings:
    """Lay an Elo rating without intervals out as ratings."""
    n = len(matches.names)
    missing = np.isnan(rating)
    nothing = np.full(n, np.nan)
    return Ratings(
        names=matches.names,
        theta=(rating - np.nanmean(rating) if not missing.all() else rating) * np.log(10) / scale,
        covariance=np.full((n, n), np.nan),
        rating=rating,
        low=nothing,
        high=nothing.copy(),
        rank_low=np.ones(n, dtype=np.intp),
        rank_high=np.full(n, n, dtype=np.intp),
        n_matches=count_matches(matches),
        component=np.zeros(n, dtype=np.intp),
        notes=notes if len(matches) else ("There are no matches.", *notes),
        reasons=tuple("it has no match" if gone else "" for gone in missing),
        method="elo",
        interval_method="none",
    )
