"""Bradley-Terry: strengths from matches, with ties, other terms, intervals and ranks, in one fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ranking.blas import one_blas_thread
from ranking.covariance import Covariance
from ranking.errors import InvalidMatchesError
from ranking.estimate import Model, estimate_strengths
from ranking.intervals import describe
from ranking.matches import Matches
from ranking.ratings import Ratings
from ranking.terms import PerJudge
from ranking.ties import Ties


def fit_bradley_terry(
    matches: Matches,
    *,
    ties: Ties = "half",
    position: bool | PerJudge = False,
    self_preference: bool | PerJudge = False,
    covariates: Sequence[str] | None = None,
    covariance: Covariance = "cluster",
    prior_precision: float = 0.0,
    anchor: str | None = None,
    start: Ratings | None = None,
) -> Ratings:
    """Fit logit P(a wins) = theta_a - theta_b + terms by maximum likelihood.

    Parameters
    ----------
    matches : Matches
    ties : {"half", "davidson", "rao-kupper"}
        Half a win each, or a model with a `tie` term (then outcomes must be 0, 0.5 or 1).
    position, self_preference : bool or "per-judge"
        Add a term for being shown first, for being of the judge's family; one for all judges or one a
        judge.
    covariates : sequence of str
        Names of the matches' covariates to fit; each is divided by its root mean square.
    covariance : {"cluster", "sandwich", "hessian"}
        Sandwich with one cluster a prompt; with one a match; inverse information.
    prior_precision : float
        Precision of a zero-mean normal prior on each strength, per nat squared; named in the notes.
    anchor : str or None
        Contestant whose strength is 0 and rating 1000 (None: the mean of each component). Ranks rest on
        differences, so an anchor does not change them; the intervals become those of the difference to it.
    start : Ratings or None
        An earlier fit of the same contestants to start from.

    Returns
    -------
    Ratings
        A strength that is not finite is NaN with its reason, as is a term that is not identified.

    Raises
    ------
    InvalidMatchesError
        If the options and the matches do not fit each other.
    NotConvergedError
        If the step is above tolerance after the last iteration.

    References
    ----------
    Bradley and Terry (1952), Biometrika 39:324-345; Hunter (2004), Annals of Statistics 32:384-406.
    """
    if not (np.isfinite(prior_precision) and prior_precision >= 0):
        raise InvalidMatchesError(f"prior_precision must be 0 or more, not {prior_precision}")
    if anchor is not None and anchor not in matches.names:
        raise InvalidMatchesError(f"the anchor {anchor!r} is not a contestant")
    model = Model(ties, position, self_preference, tuple(covariates or ()), prior_precision)
    with one_blas_thread(len(matches.names)):
        estimate = estimate_strengths(matches, model, start)
        return describe(matches, estimate, covariance, anchor)
