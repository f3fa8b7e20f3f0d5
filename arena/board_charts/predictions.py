"""Does the ranking foretell matches it has not seen? Each fold of prompts is held out once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from arena.board.records import BoardQuery
from arena.board_charts.rows import SEED, load_rows
from db import Database
from ranking import InvalidMatchesError, MethodCheck, check_predictions

COIN = math.log(2)
MAX_MATCHES = 200_000
"""Above this a drawn share of the prompts is checked: Elo goes through the matches one by one."""


@dataclass(frozen=True)
class PredictedBin:
    """Matches whose favourite was given about the same chance; both in [0.5, 1] and [0, 1]."""

    predicted: float
    observed: float
    n: float


@dataclass(frozen=True)
class MethodPredictions:
    """`log_loss` in nats a match, lower is better, with its 95 % interval clustered by prompt."""

    method: str
    log_loss: float
    low: float
    high: float
    calibration_error: float
    bins: tuple[PredictedBin, ...]


@dataclass(frozen=True)
class PredictionReport:
    """Best method first; `methods` is empty where there are too few prompts, and the sentence says so."""

    methods: tuple[MethodPredictions, ...]
    n_matches: int
    n_prompts: int
    sentence: str


def get_predictions(database: Database, query: BoardQuery, *, n_folds: int = 5) -> PredictionReport:
    """Rate on four fifths of the prompts, foretell the rest, for every method in turn."""
    matches = load_rows(database, query).matches
    rng = np.random.default_rng(SEED)
    prompts = np.unique(matches.prompt_id) if matches.prompt_id is not None else np.zeros(0)
    if len(matches) > MAX_MATCHES:
        prompts = rng.permutation(prompts)[: max(n_folds, len(prompts) * MAX_MATCHES // len(matches))]
        matches = matches.take(np.isin(np.asarray(matches.prompt_id), prompts))
    n, n_prompts = len(matches), len(prompts)
    try:
        checks = check_predictions(matches, rng=rng, n_folds=n_folds)
    except InvalidMatchesError:
        why = f"Holding prompts out needs at least {n_folds} prompts with scored matches, not {n_prompts}."
        return PredictionReport((), n, n_prompts, why)
    methods = tuple(sorted((_method(check) for check in checks), key=lambda one: one.log_loss))
    return PredictionReport(methods, n, n_prompts, _sentence(methods, query.method))


def _method(check: MethodCheck) -> MethodPredictions:
    bins = tuple(
        PredictedBin(float(predicted), float(observed), float(n))
        for predicted, observed, n in zip(check.predicted, check.observed, check.n_matches, strict=True)
        if n > 0
    )
    return MethodPredictions(
        check.method, check.log_loss, check.low, check.high, check.calibration_error, bins
    )


def _sentence(methods: tuple[MethodPredictions, ...], asked: str) -> str:
    """Speak of the method that was asked for, or of Bradley-Terry where it is not among those checked."""
    own = next((one for one in methods if one.method == asked), None)
    own = own or next(one for one in methods if one.method == "bradley-terry")
    if own.high >= COIN:
        return "On prompts it has not seen, the ranking is not shown to foretell a match better than a coin."
    return (
        "On prompts it has not seen, the ranking foretells matches better than a coin; the chances it gives"
        f" are off by {100 * own.calibration_error:.0f} points of 100 on average."
    )
