"""Newton's method on cells, with the free shift of each component held. Knows no covariance and no rating."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ranking.arrays import FloatArray, IndexArray, solve
from ranking.cells import CHUNK, Cells
from ranking.errors import NotConvergedError
from ranking.gram import Gram, fold
from ranking.rows import Rows, sum_rows
from ranking.ties import Likelihood

TOLERANCE = 1e-5  # largest step; convergence is quadratic, so what is left is of the order of its square
MAX_ITERATIONS = 100
MAX_HALVINGS = 40


@dataclass(frozen=True, eq=False)
class Problem:
    """What is maximised: the log-likelihood, less prior_precision / 2 times each squared strength.

    With `rows`, theirs (half wins); `cells` are then the same matches summed without terms.
    """

    cells: Cells
    n_contestants: int
    component: IndexArray
    likelihood: Likelihood
    prior_precision: float
    rows: Rows | None = None

    @property
    def n_terms(self) -> int:
        return int(self.cells.terms.shape[1]) if self.rows is None else len(self.rows.columns)

    @property
    def n_parameters(self) -> int:
        return self.n_contestants + self.n_terms + int(self.likelihood.has_tie_term)


@dataclass(frozen=True, eq=False)
class Point:
    """The penalised log-likelihood at some parameters (strengths, then terms, then the tie term).

    `information` is minus the matrix of second derivatives, plus a ridge along each component's free
    shift, so that it is invertible. `row_score` is each row's weighted score, if the problem has rows.
    """

    parameters: FloatArray
    value: float
    gradient: FloatArray
    information: FloatArray
    row_score: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class Solution:
    """Where the climb ended."""

    parameters: FloatArray
    information: FloatArray
    log_likelihood: float
    n_iterations: int
    row_score: FloatArray | None = None


def maximise(problem: Problem, start: FloatArray, *, tolerance: float = TOLERANCE) -> Solution:
    """Climb from `start` until the step is under `tolerance`.

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
        small = np.abs(step).max(initial=0.0) < tolerance
        if small and problem.rows is not None:  # one pass more changes no digit
            value = at.value + 0.5 * float(step @ at.gradient)
            return Solution(at.parameters + step, at.information, value, iteration, at.row_score)
        at = _climb(problem, step, at)
        if small:
            return Solution(at.parameters, at.information, at.value, iteration, at.row_score)
    raise NotConvergedError(
        f"no convergence in {MAX_ITERATIONS} iterations: the last step was {np.abs(step).max():.3g} nats",
        at.parameters,
    )


def linear_predictor(problem: Problem, cells: Cells, parameters: FloatArray) -> FloatArray:
    """Eta of each cell."""
    n, n_terms = problem.n_contestants, problem.n_terms
    eta = parameters[cells.a] - parameters[cells.b]
    if n_terms:
        eta += cells.terms @ parameters[n : n + n_terms]
    return eta


def tie_term(problem: Problem, parameters: FloatArray) -> float:
    return float(parameters[-1]) if problem.likelihood.has_tie_term else 0.0


def evaluate(problem: Problem, parameters: FloatArray) -> Point:
    """Sum value, gradient and information."""
    n, strengths = problem.n_contestants, parameters[: problem.n_contestants]
    row_score = None
    if problem.rows is not None:
        of_rows = sum_rows(problem.rows, parameters)
        value, gradient, gram, row_score = of_rows.value, of_rows.gradient, of_rows.gram, of_rows.score
    else:
        value, gradient, gram = _sum_cells(problem, parameters)
    value -= 0.5 * problem.prior_precision * float(strengths @ strengths)
    gradient[:n] -= problem.prior_precision * strengths
    return Point(parameters, value, gradient, _information(problem, gram), row_score)


def _sum_cells(problem: Problem, parameters: FloatArray) -> tuple[float, FloatArray, Gram]:
    """Sum value, gradient and information over the cells, chunk by chunk."""
    n, n_terms = problem.n_contestants, problem.n_terms
    gradient = np.zeros(problem.n_parameters)
    gram = Gram.empty(n, problem.n_parameters - n)
    value, size = 0.0, max(CHUNK, n * n)
    for begin in range(0, len(problem.cells), size):
        whole = len(problem.cells) <= size
        cells = problem.cells if whole else problem.cells.take(slice(begin, begin + size))
        eta = linear_predictor(problem, cells, parameters)
        d = problem.likelihood.derive(cells, eta, tie_term(problem, parameters))
        value += float(d.value.sum())
        gradient[:n] += fold(cells.a, cells.b, d.score, n)
        gradient[n : n + n_terms] += cells.terms.T @ d.score
        gram.add(cells.a, cells.b, d.information)
        weighted = [d.information * cells.terms[:, k] for k in range(n_terms)]
        gram.inner[:n_terms, :n_terms] += np.array(weighted).reshape(n_terms, len(eta)) @ cells.terms
        if problem.likelihood.has_tie_term:
            gradient[-1] += d.tie_score.sum()
            weighted.append(d.cross_information)
            of_terms = cells.terms.T @ d.cross_information
            gram.inner[:n_terms, -1] += of_terms
            gram.inner[-1, :n_terms] += of_terms
            gram.inner[-1, -1] += d.tie_information.sum()
        for k, column in enumerate(weighted):
            gram.add_column(k, cells.a, cells.b, column)
    return value, gradient, gram


def _information(problem: Problem, gram: Gram) -> FloatArray:
    """Give the information with the free shifts held: by the prior, else by a ridge along each."""
    n = problem.n_contestants
    information = gram.matrix()
    strengths = information[:n, :n]
    if problem.prior_precision > 0:
        strengths[np.diag_indices(n)] += problem.prior_precision
        return information
    ridge = max(float(np.trace(strengths)) / max(n, 1) ** 2, 1e-12)
    if problem.component.max(initial=0) == 0:
        strengths += ridge
    else:
        strengths += ridge * (problem.component[:, None] == problem.component[None, :])
    return information


def _climb(problem: Problem, step: FloatArray, at: Point) -> Point:
    """Take the step, or half of it as often as needed for the value not to fall."""
    slack = 1e-10 * (1.0 + abs(at.value))
    for halvings in range(MAX_HALVINGS):
        point = evaluate(problem, at.parameters + step / 2**halvings)
        if point.value >= at.value - slack:
            return point
    raise NotConvergedError(f"no step along Newton's direction climbs from {at.value:.6g}", at.parameters)
