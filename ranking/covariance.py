"""Covariance of the estimates: Hessian, sandwich, and sandwich clustered by prompt.

White (1982), Econometrica 50:1-25; Liang and Zeger (1986), Biometrika 73:13-22; factor G / (G - 1) and
Student t with G - 1 degrees as in Cameron and Miller (2015), Journal of Human Resources 50:317-372.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ranking.arrays import FloatArray, IndexArray, invert, sum_by
from ranking.cells import CHUNK, Cells, Terms
from ranking.gram import Gram
from ranking.matches import Matches
from ranking.newton import Problem, Solution, linear_predictor, tie_term
from ranking.rows import square_rows
from ranking.scores import sum_scores_by_cluster

Covariance = Literal["cluster", "sandwich", "hessian"]


@dataclass(frozen=True, eq=False)
class Meat:
    """Sum over clusters of the outer product of each cluster's score, and how many clusters there are.

    `n_of_contestant` has shape (n_contestants,) and never exceeds the true count, nor falls short of it
    where it is under `exact_below`; `n_of_component` has shape (n_components,).
    """

    matrix: FloatArray
    n_clusters: int
    n_of_contestant: IndexArray
    n_of_component: IndexArray
    clustered_by_prompt: bool


def inverse_information(problem: Problem, solution: Solution) -> FloatArray:
    """Invert, and take each component's free shift out again."""
    inverse = invert(solution.information)
    if problem.prior_precision > 0:
        return inverse
    return centred(centred(inverse, problem.component).T, problem.component).T


def centred(matrix: FloatArray, component: IndexArray) -> FloatArray:
    """Make the strengths' rows of each component have mean 0; the terms' rows stay."""
    n = len(component)
    result = matrix.copy()
    if component.max(initial=0) == 0:
        result[:n] -= matrix[:n].mean(axis=0, keepdims=True) if n else 0.0
        return result
    for c in range(int(component.max()) + 1):
        inside = np.flatnonzero(component == c)
        result[inside] -= matrix[inside].mean(axis=0, keepdims=True)
    return result


def meat_of_rows(problem: Problem, solution: Solution) -> Meat:
    """Take each row as its own cluster."""
    cells = problem.cells
    of_contestant = sum_by(cells.a, cells.n_rows, problem.n_contestants)
    of_contestant += sum_by(cells.b, cells.n_rows, problem.n_contestants)
    of_component = sum_by(problem.component, of_contestant, int(problem.component.max(initial=-1)) + 1) / 2
    if problem.rows is not None and solution.row_score is not None:
        matrix = square_rows(problem.rows, solution.row_score).matrix()
    else:
        matrix = _squares(problem, solution).matrix()
    counts = of_contestant.astype(np.intp), of_component.astype(np.intp)
    return Meat(matrix, int(of_contestant.sum() / 2), *counts, clustered_by_prompt=False)


def _squares(problem: Problem, solution: Solution) -> Gram:
    """Sum the outer products of the rows' scores from the cells' squared sums, chunk by chunk."""
    n, size = problem.n_contestants, max(CHUNK, problem.n_contestants**2)
    gram = Gram.empty(n, problem.n_parameters - n)
    for begin in range(0, len(problem.cells), size):
        cells = problem.cells.take(slice(begin, begin + size))
        square, columns, products = _squares_of_cells(problem, cells, solution)
        gram.add(cells.a, cells.b, square)
        for k, column in enumerate(columns):
            gram.add_column(k, cells.a, cells.b, column)
        gram.inner[:] += products
    return gram


def _squares_of_cells(
    problem: Problem, cells: Cells, solution: Solution
) -> tuple[FloatArray, list[FloatArray], FloatArray]:
    """Sum squared scores of each cell's rows: of eta, of eta with each further column, and among those."""
    eta = linear_predictor(problem, cells, solution.parameters)
    scores = problem.likelihood.scores(eta, tie_term(problem, solution.parameters))
    mean, n_terms = -scores.eta[0], cells.terms.shape[1]
    if not problem.likelihood.has_tie_term:
        square = cells.square_yy - mean * (2 * cells.square_y - mean * cells.square)
        columns = [square * cells.terms[:, k] for k in range(n_terms)]
        products = np.array(columns).reshape(n_terms, len(square)) @ cells.terms
        return square, columns, products
    weights = _squared_class_weights(cells)
    square = (weights * scores.eta**2).sum(axis=0)
    columns = [square * cells.terms[:, k] for k in range(n_terms)]
    columns.append((weights * scores.eta * scores.tie).sum(axis=0))
    products = np.zeros((n_terms + 1, n_terms + 1))
    products[:, :n_terms] = np.array(columns) @ cells.terms
    products[:n_terms, -1] = products[-1, :n_terms]
    products[-1, -1] = (weights * scores.tie**2).sum()
    return square, columns, products


def meat_of_prompts(matches: Matches, terms: Terms, problem: Problem, solution: Solution) -> Meat:
    """Take each prompt as a cluster."""
    n = problem.n_contestants
    sums = sum_scores_by_cluster(matches, terms, problem, solution)
    meat = np.zeros((problem.n_parameters, problem.n_parameters))
    meat[:n, :n] = sums.product()
    if sums.terms.shape[1]:
        meat[n:, n:] = sums.terms.T @ sums.terms
        meat[n:, :n] = sums.cross()
        meat[:n, n:] = meat[n:, :n].T
    total, of_contestant, of_component = sums.n_clusters, sums.n_of_contestant, sums.n_of_component
    return Meat(meat, total, of_contestant, of_component, clustered_by_prompt=True)


def _squared_class_weights(cells: Cells) -> FloatArray:
    """Sum w^2 over losses, ties and wins; exact where every outcome is 0, 0.5 or 1."""
    tie = 4 * (cells.square_y - cells.square_yy)
    win = cells.square_y - 0.5 * tie
    return np.stack([cells.square - win - tie, tie, win])
