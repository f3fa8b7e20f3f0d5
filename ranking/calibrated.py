"""The calibrated lens: many judge matches, corrected by the pairs that people decided too.

Prediction-powered Bradley-Terry: Angelopoulos, Bates, Fannjiang, Jordan and Zrnic (2023), Science
382:669-674; the judge's weight as in Angelopoulos, Duchi and Zrnic (2023), PPI++, arXiv 2311.01453.
The unit is (prompt, pair) with votes averaged; scores are summed per prompt before one covariance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranking.arrays import FloatArray, IndexArray, invert, sum_by
from ranking.blas import one_blas_thread
from ranking.cells import Cells, Terms
from ranking.codes import MAX_TABLE
from ranking.components import Components
from ranking.covariance import Meat
from ranking.errors import InvalidMatchesError, NotConvergedError
from ranking.estimate import Estimate
from ranking.intervals import rated, uncertainty_from
from ranking.matches import Matches
from ranking.newton import Problem, Solution, maximise
from ranking.ratings import Ratings
from ranking.ties import HalfWins, sigmoid

UNIFORM = "the pairs that people decided are a uniform draw from the pairs that the judge decided"
KNOWN = "each vote's pair was picked with the probability given; votes are weighted inversely to it"


@dataclass(frozen=True, eq=False)
class CalibratedRatings:
    """Ratings as people would give them, with what they rest on.

    Attributes
    ----------
    ratings : Ratings
    judge_weight : float
        PPI++'s lambda in [0, 1]: 0 leaves the judge out, 1 trusts its spread fully.
    n_units, n_decided_by_people : int
        (prompt, pair) units the judge decided, and those of them that people decided too.
    n_votes_left_out : int
        Votes on units the judge did not decide, or of unknown probability.
    assumption : str
        What must hold for the intervals to cover.
    """

    ratings: Ratings
    judge_weight: float
    n_units: int
    n_decided_by_people: int
    n_votes_left_out: int
    assumption: str


@dataclass(frozen=True, eq=False)
class _Units:
    """One row a (prompt, pair): `a` < `b`; `human` is 0 and `weight` 0 where no person decided."""

    a: IndexArray
    b: IndexArray
    prompt: IndexArray
    n_prompts: int
    judge: FloatArray
    human: FloatArray
    weight: FloatArray

    @property
    def inflated(self) -> FloatArray:
        """Weights of the decided units, scaled to sum to the number of units."""
        scaled: FloatArray = self.weight * (len(self.a) / self.weight.sum())
        return scaled


def fit_calibrated(
    judge: Matches,
    human: Matches,
    *,
    probability: ArrayLike | None = None,
    judge_weight: float | None = None,
    anchor: str | None = None,
) -> CalibratedRatings:
    """Rate by people's verdicts, with the judge's used to narrow the intervals.

    Parameters
    ----------
    judge : Matches
        With `prompt_id`; both shown orders of a match are rows of the same unit.
    human : Matches
        Votes between the same contestants, `prompt_id` in the same terms.
    probability : array or None
        Chance with which each vote's pair was picked, NaN where unknown (left out, and counted). None
        assumes a uniform draw.
    judge_weight : float or None
        Fix lambda; None chooses the one with the least summed variance.
    anchor : str or None
        As in `fit_bradley_terry`.

    Raises
    ------
    InvalidMatchesError
        If prompts are missing, contestants differ, or no pair was decided by both.
    NotConvergedError
        If the corrected scores have no finite strengths: people decided too few pairs.
    """
    if judge_weight is not None and not 0 <= judge_weight <= 1:
        raise InvalidMatchesError(f"judge_weight must lie in [0, 1], not {judge_weight}")
    votes, n_unknown = _known_votes(human, probability)
    units, n_unmatched = _units(judge, votes.matches, votes.weight)
    with one_blas_thread(len(judge.names)):
        weight = _best_weight(units, len(judge.names)) if judge_weight is None else judge_weight
        ratings = _rate(units, judge, weight, anchor)
    assumption = UNIFORM if probability is None else KNOWN
    n_decided = int((units.weight > 0).sum())
    n_left_out = n_unknown + n_unmatched
    return CalibratedRatings(ratings, weight, len(units.a), n_decided, n_left_out, assumption)


@dataclass(frozen=True, eq=False)
class _Votes:
    matches: Matches
    weight: FloatArray


def _known_votes(human: Matches, probability: ArrayLike | None) -> tuple[_Votes, int]:
    """Give the votes with the inverse of their probability; those of unknown probability are counted."""
    if probability is None:
        return _Votes(human, np.ones(len(human))), 0
    chance = np.asarray(probability, dtype=np.float64)
    if chance.shape != (len(human),):
        raise InvalidMatchesError(f"probability must have shape ({len(human)},), not {chance.shape}")
    known = ~np.isnan(chance)
    if not ((chance[known] > 0) & (chance[known] <= 1)).all():
        raise InvalidMatchesError("a probability must lie above 0 and not above 1")
    return _Votes(human.take(known), 1 / chance[known]), int((~known).sum())


def _units(judge: Matches, human: Matches, weight: FloatArray) -> tuple[_Units, int]:
    """Average rows to units; count the votes on units that the judge did not decide."""
    if judge.names != human.names:
        raise InvalidMatchesError("judge and human matches must name the same contestants in the same order")
    if judge.prompt_id is None or human.prompt_id is None:
        raise InvalidMatchesError("the calibrated lens needs prompt_id of judge and human matches")
    n = len(judge.names)
    labels, prompt = _distinct(np.concatenate([judge.prompt_id, human.prompt_id]))
    judged = _keys(judge, prompt[: len(judge)], n)
    voted = _keys(human, prompt[len(judge) :], n)
    keys, unit = _distinct_keys(judged.key)
    rows = np.ones(len(judge)) if judge.weight is None else judge.weight
    total = sum_by(unit, rows, len(keys))
    keep = total > 0
    verdict = np.divide(sum_by(unit, rows * judged.outcome, len(keys)), total, where=keep, out=total * 0)
    keys, verdict = keys[keep], verdict[keep]
    at = np.minimum(np.searchsorted(keys, voted.key), max(len(keys) - 1, 0))
    both = keys[at] == voted.key if len(keys) else np.zeros(len(voted.key), dtype=bool)
    if not both.any():
        raise InvalidMatchesError("no pair on a prompt was decided by both the judge and a person")
    votes = sum_by(at[both], None, len(keys))
    decided = votes > 0
    share = np.divide(sum_by(at[both], voted.outcome[both], len(keys)), votes, where=decided, out=votes * 0)
    inverse = np.divide(sum_by(at[both], weight[both], len(keys)), votes, where=decided, out=votes * 0)
    pair = keys % (n * n)
    units = _Units(pair // n, pair % n, keys // (n * n), len(labels), verdict, share, inverse)
    return units, int((~both).sum())


def _distinct(labels: NDArray[Any]) -> tuple[NDArray[Any], IndexArray]:
    """Give the distinct labels, sorted, and each one's place among them; small whole numbers need no sort."""
    if not len(labels) or not np.issubdtype(labels.dtype, np.integer):
        return np.unique(labels, return_inverse=True)
    if labels.min() < 0 or labels.max() > max(MAX_TABLE, 2 * len(labels)):
        return np.unique(labels, return_inverse=True)
    is_there = np.zeros(int(labels.max()) + 1, dtype=bool)
    is_there[labels] = True
    return np.flatnonzero(is_there), (np.cumsum(is_there) - 1)[labels]


def _distinct_keys(key: NDArray[np.int64]) -> tuple[NDArray[np.int64], IndexArray]:
    """Do the same for units; where every unit's second order follows after all first ones, half is sorted."""
    half = len(key) // 2
    if len(key) % 2 == 0 and np.array_equal(key[:half], key[half:]):
        keys, unit = np.unique(key[:half], return_inverse=True)
        return keys, np.concatenate([unit, unit])
    return np.unique(key, return_inverse=True)


@dataclass(frozen=True, eq=False)
class _Keys:
    key: NDArray[np.int64]
    outcome: FloatArray


def _keys(matches: Matches, prompt: IndexArray, n: int) -> _Keys:
    swap = matches.a > matches.b
    low = np.where(swap, matches.b, matches.a).astype(np.int64)
    high = np.where(swap, matches.a, matches.b)
    outcome = np.where(swap, 1 - matches.outcome, matches.outcome)
    return _Keys((prompt.astype(np.int64) * n + low) * n + high, outcome)


@dataclass(frozen=True, eq=False)
class _Solved:
    problem: Problem
    solution: Solution


def _solve(units: _Units, n: int, judge_weight: float) -> _Solved:
    """Maximise lambda * judge everywhere + (people - lambda * judge) where people decided."""
    w = units.inflated
    weight = judge_weight + (1 - judge_weight) * w
    score = judge_weight * units.judge + w * (units.human - judge_weight * units.judge)
    code = units.a * n + units.b
    used, cell = _distinct(code)
    total, points = sum_by(cell, weight, len(used)), sum_by(cell, score, len(used))
    none = np.zeros(len(used))
    columns = [sum_by(cell, None, len(used)), points, none, total - points, none, none, none]
    cells = Cells.of(used // n, used % n, columns, np.zeros((len(used), 0)))
    keep = total > 0
    problem = Problem(cells.take(keep), n, np.zeros(n, dtype=np.intp), HalfWins(), 0.0)
    return _Solved(problem, maximise(problem, np.zeros(n)))


def _prompt_scores(units: _Units, n: int, solution: Solution) -> tuple[FloatArray, FloatArray]:
    """Each prompt's score as human + lambda * judge part, both shape (n_prompts, n), each summing to 0.

    The weights are scaled to the number of units, so a unit's influence is that of a ratio: its own score
    less the weighted mean score, as in Cochran (1977), Sampling Techniques, 6.3.
    """
    p = sigmoid(solution.parameters[units.a] - solution.parameters[units.b])
    w = units.inflated
    spread = _Spread(units, n)
    human = spread.ratio(w * (units.human - p))
    judge = spread(units.judge - p) - spread.ratio(w * (units.judge - p))
    return human, judge


class _Spread:
    """Sums a unit's signed value over its prompt and its two contestants."""

    def __init__(self, units: _Units, n: int) -> None:
        self.a = units.prompt * n + units.a
        self.b = units.prompt * n + units.b
        self.shape = (units.n_prompts, n)
        self.n_units = sum_by(units.prompt, None, units.n_prompts)[:, None]
        self.n_weighted = sum_by(units.prompt, units.inflated, units.n_prompts)[:, None]

    def __call__(self, value: FloatArray) -> FloatArray:
        size = self.shape[0] * self.shape[1]
        return (sum_by(self.a, value, size) - sum_by(self.b, value, size)).reshape(self.shape)

    def ratio(self, value: FloatArray) -> FloatArray:
        total = self(value)
        mean = total.sum(axis=0, keepdims=True) / self.n_units.sum()
        influence: FloatArray = total - (self.n_weighted - self.n_units) * mean
        return influence


def _best_weight(units: _Units, n: int) -> float:
    """Choose lambda in [0, 1] with the least trace of the strengths' covariance (PPI++, eq. 5)."""
    if (units.weight > 0).all():
        return 0.0
    try:
        solution = _solve(units, n, 0.0).solution
        inverse = invert(solution.information)
    except (NotConvergedError, np.linalg.LinAlgError):
        # The votes alone leave a strength open, as where people met only one of three pairs.
        solution = _solve(units, n, 1.0).solution
        inverse = invert(solution.information)
    human, judge = _prompt_scores(units, n, solution)
    human, judge = human @ inverse, judge @ inverse
    spread = float((judge * judge).sum())
    return float(np.clip(-(human * judge).sum() / spread, 0.0, 1.0)) if spread > 0 else 0.0


def _rate(units: _Units, judge: Matches, judge_weight: float, anchor: str | None) -> Ratings:
    n = len(judge.names)
    try:
        solved = _solve(units, n, judge_weight)
    except NotConvergedError as error:
        raise NotConvergedError("people decided too few pairs to place everyone", error.parameters) from error
    problem, solution = solved.problem, solved.solution
    human, other = _prompt_scores(units, n, solution)
    scores = human + judge_weight * other
    decided = units.weight > 0
    prompts = np.unique(units.prompt[decided])
    met = np.zeros((units.n_prompts, n), dtype=bool)
    met[units.prompt[decided], units.a[decided]] = True
    met[units.prompt[decided], units.b[decided]] = True
    meat = Meat(scores.T @ scores, len(prompts), met.sum(axis=0), np.array([len(prompts)]), True)
    one = np.zeros(n, dtype=np.intp)
    found = Components(one, 1, np.array([n]), one, 1)
    n_matches = sum_by(units.a, None, n) + sum_by(units.b, None, n)
    estimate = Estimate(problem, solution, Terms(), found, ("",) * n, (), n_matches)
    uncertainty = uncertainty_from(judge.names, estimate, meat)
    method = f"prediction-powered {uncertainty.interval_method} of those that people decided"
    ratings = rated(judge.names, estimate, replace(uncertainty, interval_method=method), anchor)
    return replace(ratings, method="calibrated bradley-terry")
