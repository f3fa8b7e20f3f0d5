"""Unscored pairs: how many, why, and how far they could move the ranks had they gone either way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arena.audit.definitions import make_figure
from arena.audit.evidence import Evidence, Pairs
from arena.audit.records import Figure, RankBounds
from db.audit import AuditMatches
from ranking import InvalidMatchesError, Matches, NotConvergedError, fit_bradley_terry
from ranking.shares import clustered_share

MAX_CONTESTANTS = 40
PRIOR = 0.01
"""Per nat squared: keeps a contestant that won everything finite while its rank is bounded."""


def unscored_figures(pairs: Pairs) -> list[Figure]:
    got = clustered_share(pairs.matches.reason > 0, pairs.prompt)
    return [make_figure("unscored.rate", got)]


def rank_bounds(evidence: Evidence, pairs: Pairs) -> tuple[RankBounds, ...]:
    """Refit with each contestant's own unscored matches all lost, then all won; empty where none is."""
    m = pairs.matches
    if not (m.reason > 0).any() or not (m.reason == 0).any():
        return ()
    met = np.union1d(m.contestant_a, m.contestant_b)
    if len(met) > MAX_CONTESTANTS:
        return ()
    names = {contestant.id: contestant.name for contestant in evidence.contestants}
    listed = [names[one] for one in met.tolist()]
    score = np.where(m.reason > 0, np.nan, pairs.score_a)
    plain = _ranks(m, met, listed, score)
    if plain is None:
        return ()
    bounds = []
    for index, contestant in enumerate(met.tolist()):
        mine = (m.reason > 0) & ((m.contestant_a == contestant) | (m.contestant_b == contestant))
        if not mine.any():
            continue
        won = np.where(mine, (m.contestant_a == contestant).astype(float), score)
        best = _ranks(m, met, listed, won)
        worst = _ranks(m, met, listed, np.where(mine, 1 - won, score))
        if best is None or worst is None:
            continue
        bounds.append(
            RankBounds(listed[index], int(mine.sum()), int(plain[index]), int(worst[index]), int(best[index]))
        )
    return tuple(sorted(bounds, key=lambda one: (one.rank, one.contestant)))


def _ranks(
    m: AuditMatches, met: NDArray[np.int64], names: list[str], score: NDArray[np.float64]
) -> NDArray[np.int64] | None:
    known = ~np.isnan(score)
    matches = Matches(
        np.searchsorted(met, m.contestant_a[known]),
        np.searchsorted(met, m.contestant_b[known]),
        score[known],
        names,
    )
    try:
        theta = fit_bradley_terry(matches, prior_precision=PRIOR, covariance="hessian").theta
    except (InvalidMatchesError, NotConvergedError):
        return None
    theta = np.nan_to_num(theta, nan=-np.inf)
    return np.array([1 + int((theta > one + 1e-9).sum()) for one in theta])
