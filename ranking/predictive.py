"""Predictive check: how well each method foretells matches on prompts it has not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ranking.arrays import FloatArray, IndexArray, sum_by
from ranking.blas import one_blas_thread
from ranking.elo import online_ratings
from ranking.errors import InvalidMatchesError
from ranking.estimate import Model, estimate_strengths
from ranking.intervals import student_quantile
from ranking.matches import Matches
from ranking.scores import dense_labels
from ranking.ties import sigmoid

FOLD_PRIOR = 0.01  # per nat squared: a contestant unbeaten in a training fold stays finite
CLIP = 1e-6


@dataclass(frozen=True, eq=False)
class MethodCheck:
    """Held-out quality of one method.

    Attributes
    ----------
    log_loss : float
        Mean of -(y log p + (1 - y) log(1 - p)), nats a match; 0.693 is a coin.
    low, high : float
        95 % interval clustered by prompt.
    calibration_error : float
        Mean |observed - predicted| over the bins, weighted by matches.
    predicted, observed, n_matches : shape (n_bins,)
        Calibration: mean prediction for the favourite, its share of points, summed weight; NaN if empty.
    """

    method: str
    log_loss: float
    low: float
    high: float
    calibration_error: float
    predicted: FloatArray
    observed: FloatArray
    n_matches: FloatArray


def check_predictions(
    matches: Matches, *, rng: np.random.Generator, n_folds: int = 5, n_bins: int = 10
) -> tuple[MethodCheck, ...]:
    """Hold out a fold of prompts at a time; rate on the rest by Bradley-Terry, Elo and win rate.

    Win rates predict by the odds ratio of both rates (James 1981, log5).
    """
    g, size = dense_labels(np.arange(len(matches)) if matches.prompt_id is None else matches.prompt_id)
    present = np.unique(g)
    if len(present) < n_folds or n_folds < 2:
        raise InvalidMatchesError(f"{n_folds} folds need at least as many prompts; there are {len(present)}")
    fold_of = np.zeros(size, dtype=np.intp)
    fold_of[present] = rng.permutation(len(present)) % n_folds
    fold = fold_of[g]
    methods: dict[str, Callable[[Matches], FloatArray]] = {
        "bradley-terry": _bradley_terry,
        "elo": _elo,
        "win-rate": _win_rate,
    }
    checks = []
    with one_blas_thread(len(matches.names)):
        for name, rate in methods.items():
            chance = np.zeros(len(matches))
            for k in range(n_folds):
                held = fold == k
                strength = rate(matches.take(~held))
                chance[held] = sigmoid(strength[matches.a[held]] - strength[matches.b[held]])
            checks.append(_check(name, matches, chance, g, n_bins))
    return tuple(checks)


def _bradley_terry(train: Matches) -> FloatArray:
    estimate = estimate_strengths(train, Model(prior_precision=FOLD_PRIOR))
    return estimate.solution.parameters[: len(train.names)]


def _elo(train: Matches) -> FloatArray:
    rating = online_ratings(train, 4.0, 1000.0, 400.0)
    return np.asarray(np.nan_to_num(rating - 1000.0, nan=0.0) * np.log(10) / 400)


def _win_rate(train: Matches) -> FloatArray:
    n = len(train.names)
    weight = np.ones(len(train)) if train.weight is None else train.weight
    points = sum_by(train.a, weight * train.outcome, n) + sum_by(train.b, weight * (1 - train.outcome), n)
    total = sum_by(train.a, weight, n) + sum_by(train.b, weight, n)
    rate = (points + 0.5) / (total + 1)
    return np.asarray(np.log(rate / (1 - rate)))


def _check(name: str, matches: Matches, chance: FloatArray, g: IndexArray, n_bins: int) -> MethodCheck:
    p = np.clip(chance, CLIP, 1 - CLIP)
    y = matches.outcome
    w = np.ones(len(y)) if matches.weight is None else matches.weight
    loss = -(y * np.log(p) + (1 - y) * np.log(1 - p))
    mean = float(np.average(loss, weights=w))
    by_prompt = sum_by(g, w * (loss - mean), int(g.max()) + 1)
    n_prompts = len(np.unique(g))
    error = np.sqrt(n_prompts / (n_prompts - 1) * (by_prompt @ by_prompt)) / w.sum()
    half = float(student_quantile(n_prompts - 1.0)) * float(error)
    favourite = np.where(p >= 0.5, p, 1 - p)
    points = np.where(p >= 0.5, y, 1 - y)
    which = np.minimum(((favourite - 0.5) * 2 * n_bins).astype(np.intp), n_bins - 1)
    n_matches = sum_by(which, w, n_bins)
    with np.errstate(invalid="ignore", divide="ignore"):
        predicted = sum_by(which, w * favourite, n_bins) / n_matches
        observed = sum_by(which, w * points, n_bins) / n_matches
    gap = np.nan_to_num(np.abs(observed - predicted))
    calibration = float((gap * n_matches).sum() / n_matches.sum())
    return MethodCheck(name, mean, mean - half, mean + half, calibration, predicted, observed, n_matches)
