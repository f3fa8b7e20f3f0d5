"""Newton's method on cells, with the free shift of each component held. Knows no covariance and no rating."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ranking.arrays import FloatArray, IndexArray, solve, sum_by
from ranking.cells import Cells
from ranking.errors import NotConvergedError
from ranking.ties import Derivatives, Likelihood

TOLERANCE = 1e-9  # largest step, in nats, after which the next one is lost in rounding
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
class Solution:
    """Strengths, then terms, then the tie term; `information` has the free shifts held and is invertible."""

    parameters: FloatArray
    information: FloatArray
    log_likelihood: float
    n_iterations: int


@dataclass(frozen=True, eq=False)
class _Point:
    value: float
    gradient: FloatArray
    derivatives: Derivatives


def maximise(problem: Problem, start: FloatArray) -> Solution:
    """Climb from `start` until the step is under tolerance.

    Raises
    ------
    NotConvergedError
        If the step is above tolerance after the last iteration, or no step climbs.
    """
    parameters, at = start, _evaluate(problem, start)
    for iteration in range(1, MAX_ITERATIONS + 1):
        information = information_matrix(problem, at.derivatives)
        try:
            step = solve(information, at.gradient)
        except np.linalg.LinAlgError as error:
            raise NotConvergedError("the information has become singular", parameters) from error
        parameters, at = _climb(problem, parameters, step, at)
        if np.abs(step).max(initial=0.0) < TOLERANCE:
            final = information_matrix(problem, at.derivatives)
            return Solution(parameters, final, float(at.derivatives.value.sum()), iteration)
    raise NotConvergedError(
        f"no convergence in {MAX_ITERATIONS} iterations: the last step was {np.abs(step).max():.3g} nats",
        parameters,
    )


def linear_predictor(problem: Problem, parameters: FloatArray) -> FloatArray:
    """Eta of each cell."""
    cells, n = problem.cells, problem.n_contestants
    eta = parameters[cells.a] - parameters[cells.b]
    n_terms = cells.terms.shape[1]
    if n_terms:
        eta += cells.terms @ parameters[n : n + n_terms]
    return eta


def tie_term(problem: Problem, parameters: FloatArray) -> float:
    return float(parameters[-1]) if problem.likelihood.has_tie_term else 0.0


def information_matrix(problem: Problem, derivatives: Derivatives) -> FloatArray:
    """Minus the matrix of second derivatives, plus a ridge along each component's free shift."""
    cells, n = problem.cells, problem.n_contestants
    n_terms = cells.terms.shape[1]
    information = np.zeros((problem.n_parameters, problem.n_parameters))
    strengths = _laplacian(cells, derivatives.information, n)
    if problem.prior_precision > 0:
        strengths[np.diag_indices(n)] += problem.prior_precision
    else:
        ridge = max(float(np.trace(strengths)) / max(n, 1), 1e-12)
        strengths += ridge * (problem.component[:, None] == problem.component[None, :])
    information[:n, :n] = strengths
    columns = [derivatives.information * cells.terms[:, k] for k in range(n_terms)]
    if problem.likelihood.has_tie_term:
        columns.append(derivatives.cross_information)
    for k, column in enumerate(columns, start=n):
        information[:n, k] = information[k, :n] = _differences(cells, column, n)
    if n_terms:
        inner = np.stack(columns, axis=1).T @ cells.terms
        information[n : n + n_terms, n : n + n_terms] = inner[:n_terms]
        if problem.likelihood.has_tie_term:
            information[-1, n : n + n_terms] = information[n : n + n_terms, -1] = inner[-1]
    if problem.likelihood.has_tie_term:
        information[-1, -1] = derivatives.tie_information.sum()
    return information


def _climb(
    problem: Problem, parameters: FloatArray, step: FloatArray, at: _Point
) -> tuple[FloatArray, _Point]:
    """Take the step, or half of it as often as needed for the value not to fall."""
    slack = 1e-10 * (1.0 + abs(at.value))
    for halvings in range(MAX_HALVINGS):
        trial = parameters + step / 2**halvings
        point = _evaluate(problem, trial)
        if point.value >= at.value - slack:
            return trial, point
    raise NotConvergedError(f"no step along Newton's direction climbs from {at.value:.6g}", parameters)


def _evaluate(problem: Problem, parameters: FloatArray) -> _Point:
    cells, n = problem.cells, problem.n_contestants
    tie = tie_term(problem, parameters)
    derivatives = problem.likelihood.derive(cells, linear_predictor(problem, parameters), tie)
    strengths = parameters[:n]
    gradient = np.concatenate(
        [
            _differences(cells, derivatives.score, n) - problem.prior_precision * strengths,
            cells.terms.T @ derivatives.score,
            [derivatives.tie_score.sum()] if problem.likelihood.has_tie_term else [],
        ]
    )
    penalty = 0.5 * problem.prior_precision * float(strengths @ strengths)
    return _Point(float(derivatives.value.sum()) - penalty, gradient, derivatives)


def _differences(cells: Cells, column: FloatArray, n: int) -> FloatArray:
    """Sum a column over the cells of each contestant: plus as `a`, minus as `b`."""
    return sum_by(cells.a, column, n) - sum_by(cells.b, column, n)


def _laplacian(cells: Cells, weight: FloatArray, n: int) -> FloatArray:
    dense = sum_by(cells.a * n + cells.b, weight, n * n).reshape(n, n)
    dense += dense.T
    return np.diag(dense.sum(axis=1)) - dense
