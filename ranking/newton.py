"""Newton's method on cells, with the free shift of each component held. Knows no covariance and no rating."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ranking.arrays import FloatArray, IndexArray, solve, sum_by
from ranking.cells import CHUNK, Cells
from ranking.errors import NotConvergedError
from ranking.ties import Likelihood

TOLERANCE = 1e-5  # largest step; convergence is quadratic, so what is left is of the order of its square
MAX_ITERATIONS = 100
MAX_HALVINGS = 40


@dataclass(frozen=True, eq=False)
class Problem:
    """What is maximised: the cells' log-likelihood, less prior_precision / 2 times each squared strength."""

    cells: Cells
    n_contestants: int
    component: IndexArray
    likelihood: Likelihood
    prior_precision: float

    @property
    def n_parameters(self) -> int:
        return self.n_contestants + int(self.cells.terms.shape[1]) + int(self.likelihood.has_tie_term)


@dataclass(frozen=True, eq=False)
class Point:
    """The penalised log-likelihood at some parameters (strengths, then terms, then the tie term).

    `information` is minus the matrix of second derivatives, plus a ridge along each component's free
    shift, so that it is invertible.
    """

    parameters: FloatArray
    value: float
    gradient: FloatArray
    information: FloatArray


@dataclass(frozen=True, eq=False)
class Solution:
    """Where the climb ended."""

    parameters: FloatArray
    information: FloatArray
    log_likelihood: float
    n_iterations: int


def maximise(problem: Problem, start: FloatArray) -> Solution:
    """Climb from `start` until the step is under tolerance.

    Raises
    ------
    NotConvergedError
        If the step is above tolerance after the last iteration, or no step climbs.
    """
    at = evaluate(problem, start)
    for iteration in range(1, MAX_ITERATIONS + 1):
        try:
            step = solve(at.information, at.gradient)
        except np.linalg.LinAlgError as error:
            raise NotConvergedError("the information has become singular", at.parameters) from error
        at = _climb(problem, step, at)
        if np.abs(step).max(initial=0.0) < TOLERANCE:
            return Solution(at.parameters, at.information, at.value, iteration)
    raise NotConvergedError(
        f"no convergence in {MAX_ITERATIONS} iterations: the last step was {np.abs(step).max():.3g} nats",
        at.parameters,
    )


def linear_predictor(problem: Problem, cells: Cells, parameters: FloatArray) -> FloatArray:
    """Eta of each cell."""
    n, n_terms = problem.n_contestants, cells.terms.shape[1]
    eta = parameters[cells.a] - parameters[cells.b]
    if n_terms:
        eta += cells.terms @ parameters[n : n + n_terms]
    return eta


def tie_term(problem: Problem, parameters: FloatArray) -> float:
    return float(parameters[-1]) if problem.likelihood.has_tie_term else 0.0


def evaluate(problem: Problem, parameters: FloatArray) -> Point:
    """Sum value, gradient and information over the cells, chunk by chunk."""
    n, n_terms = problem.n_contestants, problem.cells.terms.shape[1]
    sums = _PairSums.empty(n, n_terms + problem.likelihood.has_tie_term)
    size = max(CHUNK, n * n)
    for begin in range(0, len(problem.cells), size):
        whole = len(problem.cells) <= size
        cells = problem.cells if whole else problem.cells.take(slice(begin, begin + size))
        _add_cells(sums, problem, cells, parameters)
    strengths = parameters[:n]
    value = float(sums.value[0]) - 0.5 * problem.prior_precision * float(strengths @ strengths)
    score = sums.score.reshape(n, n)
    gradient = np.concatenate([score.sum(axis=1) - score.sum(axis=0), sums.term_score])
    gradient[:n] -= problem.prior_precision * strengths
    return Point(parameters, value, gradient, _information(problem, sums))


@dataclass(frozen=True, eq=False)
class _PairSums:
    """Running sums: by pair code a * n + b (`score`, `weight`, `cross`), and over all (the rest)."""

    value: FloatArray
    score: FloatArray
    weight: FloatArray
    cross: FloatArray
    term_score: FloatArray
    inner: FloatArray

    @classmethod
    def empty(cls, n: int, n_columns: int) -> _PairSums:
        pairs = (np.zeros(n * n), np.zeros(n * n), np.zeros((n_columns, n * n)))
        return cls(np.zeros(1), *pairs, np.zeros(n_columns), np.zeros((n_columns, n_columns)))


def _add_cells(sums: _PairSums, problem: Problem, cells: Cells, parameters: FloatArray) -> None:
    n, n_terms = problem.n_contestants, cells.terms.shape[1]
    eta = linear_predictor(problem, cells, parameters)
    d = problem.likelihood.derive(cells, eta, tie_term(problem, parameters))
    code = cells.a * n + cells.b
    sums.value[0] += d.value.sum()
    np.add(sums.score, sum_by(code, d.score, n * n), out=sums.score)
    np.add(sums.weight, sum_by(code, d.information, n * n), out=sums.weight)
    columns = [d.information * cells.terms[:, k] for k in range(n_terms)]
    if problem.likelihood.has_tie_term:
        columns.append(d.cross_information)
        sums.term_score[-1] += d.tie_score.sum()
        sums.inner[-1, -1] += d.tie_information.sum()
    for k, column in enumerate(columns):
        sums.cross[k] += sum_by(code, column, n * n)
    if n_terms:
        sums.term_score[:n_terms] += cells.terms.T @ d.score
        inner = np.stack(columns) @ cells.terms
        sums.inner[:, :n_terms] += inner
        if problem.likelihood.has_tie_term:
            sums.inner[:n_terms, -1] += inner[-1]


def _information(problem: Problem, sums: _PairSums) -> FloatArray:
    n = problem.n_contestants
    information = np.zeros((problem.n_parameters, problem.n_parameters))
    strengths = laplacian(sums.weight, n)
    if problem.prior_precision > 0:
        strengths[np.diag_indices(n)] += problem.prior_precision
    else:
        ridge = max(float(np.trace(strengths)) / max(n, 1) ** 2, 1e-12)
        strengths += ridge * (problem.component[:, None] == problem.component[None, :])
    information[:n, :n] = strengths
    cross = sums.cross.reshape(len(sums.cross), n, n)
    information[n:, :n] = cross.sum(axis=2) - cross.sum(axis=1)
    information[:n, n:] = information[n:, :n].T
    information[n:, n:] = sums.inner
    return information


def laplacian(weight_of_pair: FloatArray, n: int) -> FloatArray:
    """Give the matrix of x -> sum of weight * (x_a - x_b)^2 from weights by pair code."""
    dense = weight_of_pair.reshape(n, n)
    dense = dense + dense.T
    matrix = -dense
    matrix[np.diag_indices(n)] += dense.sum(axis=1)
    return matrix


def _climb(problem: Problem, step: FloatArray, at: Point) -> Point:
    """Take the step, or half of it as often as needed for the value not to fall."""
    slack = 1e-10 * (1.0 + abs(at.value))
    for halvings in range(MAX_HALVINGS):
        point = evaluate(problem, at.parameters + step / 2**halvings)
        if point.value >= at.value - slack:
            return point
    raise NotConvergedError(f"no step along Newton's direction climbs from {at.value:.6g}", at.parameters)
