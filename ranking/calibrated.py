"""The calibrated lens: many judge matches, corrected by the pairs that people decided too.

Prediction-powered Bradley-Terry: Angelopoulos, Bates, Fannjiang, Jordan and Zrnic (2023), Science
382:669-674; the judge's weight as in Angelopoulos, Duchi and Zrnic (2023), PPI++, arXiv 2311.01453.
The unit is (prompt, pair) with votes averaged; scores are summed per prompt before one covariance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from ranking.arrays import FloatArray, IndexArray, invert, sum_by
from ranking.blas import one_blas_thread
from ranking.cells import Cells, Terms
from ranking.components import Components
from ranking.covariance import Meat
from ranking.errors import InvalidMatchesError, NotConvergedError
from ranking.estimate import Estimate
from ranking.intervals import rated, uncertainty_from
from ranking.matches import Matches
from ranking.newton import Problem, Solution, maximise
from ranking.ratings import Ratings
from ranking.ties import HalfWins, sigmoid
from ranking.units import Units, build_units

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
    units, n_unmatched = build_units(judge, votes.matches, votes.weight)
    with one_blas_thread(len(judge.names)):
        problems, spread = _Problems(units, len(judge.names)), _Spread(units, len(judge.names))
        weight = _best_weight(problems, spread) if judge_weight is None else judge_weight
        ratings = _rate(problems, spread, judge, weight, anchor)
    assumption = UNIFORM if probability is None else KNOWN
    n_decided = len(units.decided.unit)
    n_left_out = n_unknown + n_unmatched
    return CalibratedRatings(ratings, weight, len(units), n_decided, n_left_out, assumption)


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


class _Problems:
    """The sums by pair that every judge's weight shares."""

    def __init__(self, units: Units, n: int) -> None:
        self.n, self.n_units = n, len(units)
        code = units.a * n + units.b
        self.n_rows, self.points = sum_by(code, None, n * n), sum_by(code, units.judge, n * n)
        decided, w = units.decided, units.inflated
        code = code[decided.unit]
        self.weight, self.human = sum_by(code, w, n * n), sum_by(code, w * decided.human, n * n)
        self.judge_there = sum_by(code, w * units.judge[decided.unit], n * n)

    def solve(self, judge_weight: float) -> _Solved:
        """Maximise lambda * judge everywhere + (people - lambda * judge) where people decided."""
        weight = judge_weight * self.n_rows + (1 - judge_weight) * self.weight
        score = judge_weight * self.points + self.human - judge_weight * self.judge_there
        used = np.flatnonzero(weight > 0)
        total, points, none = weight[used], score[used], np.zeros(len(used))
        columns = [self.n_rows[used], points, none, total - points, none, none, none]
        cells = Cells.of(used // self.n, used % self.n, columns, np.zeros((len(used), 0)))
        problem = Problem(cells, self.n, np.zeros(self.n, dtype=np.intp), HalfWins(), 0.0)
        return _Solved(problem, maximise(problem, np.zeros(self.n)))


@dataclass(frozen=True, eq=False)
class _Solved:
    problem: Problem
    solution: Solution


@dataclass(frozen=True, eq=False)
class _PromptScores:
    """Each prompt's score, human + lambda * judge part; both shape (n_prompts, n), each summing to 0."""

    human: FloatArray
    judge: FloatArray


class _Spread:
    """Sums each prompt's scores over its units.

    The weights are scaled to the number of units, so a unit's influence is that of a ratio: its own score
    less the weighted mean score, as in Cochran (1977), Sampling Techniques, 6.3.
    """

    def __init__(self, units: Units, n: int) -> None:
        self.units, self.n = units, n
        self.n_units = sum_by(units.prompt, None, units.n_prompts)
        n_weighted = sum_by(units.prompt[units.decided.unit], units.inflated, units.n_prompts)
        self.surplus = (n_weighted - self.n_units)[:, None]

    def scores(self, solution: Solution) -> _PromptScores:
        units, decided, w = self.units, self.units.decided, self.units.inflated
        theta = solution.parameters[: self.n]
        chance = sigmoid(np.subtract.outer(theta, theta)).ravel()
        rest = units.judge - chance[units.a * self.n + units.b]
        people = decided.human - (units.judge - rest)[decided.unit]
        judge = self._sum(slice(None), rest)
        judge -= self._ratio(w * rest[decided.unit])
        return _PromptScores(self._ratio(w * people), judge)

    def _sum(self, rows: IndexArray | slice, value: FloatArray) -> FloatArray:
        """Sum a signed value a unit over its prompt and its two contestants."""
        units, shape = self.units, (self.units.n_prompts, self.n)
        place = units.prompt[rows] * self.n
        total = sum_by(place + units.a[rows], value, shape[0] * shape[1])
        total -= sum_by(place + units.b[rows], value, shape[0] * shape[1])
        return total.reshape(shape)

    def _ratio(self, value: FloatArray) -> FloatArray:
        total = self._sum(self.units.decided.unit, value)
        total -= self.surplus * (total.sum(axis=0, keepdims=True) / self.n_units.sum())
        return total


def _best_weight(problems: _Problems, spread: _Spread) -> float:
    """Choose lambda in [0, 1] with the least trace of the strengths' covariance (PPI++, eq. 5)."""
    if len(spread.units.decided.unit) == len(spread.units):
        return 0.0
    try:
        solution = problems.solve(0.0).solution
        inverse = invert(solution.information)
    except (NotConvergedError, np.linalg.LinAlgError):
        # The votes alone leave a strength open, as where people met only one of three pairs.
        solution = problems.solve(1.0).solution
        inverse = invert(solution.information)
    scores = spread.scores(solution)
    square = inverse @ inverse
    both = float((square * (scores.human.T @ scores.judge)).sum())
    alone = float((square * (scores.judge.T @ scores.judge)).sum())
    return float(np.clip(-both / alone, 0.0, 1.0)) if alone > 0 else 0.0


def _rate(
    problems: _Problems, spread: _Spread, judge: Matches, judge_weight: float, anchor: str | None
) -> Ratings:
    n, units = len(judge.names), spread.units
    try:
        solved = problems.solve(judge_weight)
    except NotConvergedError as error:
        raise NotConvergedError("people decided too few pairs to place everyone", error.parameters) from error
    found_scores = spread.scores(solved.solution)
    scores = found_scores.human
    scores += judge_weight * found_scores.judge
    at = units.decided.unit
    prompts = np.unique(units.prompt[at])
    met = np.zeros((units.n_prompts, n), dtype=bool)
    met[units.prompt[at], units.a[at]] = True
    met[units.prompt[at], units.b[at]] = True
    meat = Meat(scores.T @ scores, len(prompts), met.sum(axis=0), np.array([len(prompts)]), True)
    one = np.zeros(n, dtype=np.intp)
    found = Components(one, 1, np.array([n]), one, 1)
    n_matches = sum_by(units.a, None, n) + sum_by(units.b, None, n)
    estimate = Estimate(solved.problem, solved.solution, Terms(), found, ("",) * n, (), n_matches)
    uncertainty = uncertainty_from(judge.names, estimate, meat)
    method = f"prediction-powered {uncertainty.interval_method} of those that people decided"
    ratings = rated(judge.names, estimate, replace(uncertainty, interval_method=method), anchor)
    return replace(ratings, method="calibrated bradley-terry")
