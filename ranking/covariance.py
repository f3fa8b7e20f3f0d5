"""Covariance of the estimates: Hessian, sandwich, and sandwich clustered by prompt.

White (1982), Econometrica 50:1-25; Liang and Zeger (1986), Biometrika 73:13-22; factor G / (G - 1) and
Student t with G - 1 degrees as in Cameron and Miller (2015), Journal of Human Resources 50:317-372.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ranking.arrays import FloatArray, IndexArray, invert, sum_by
from ranking.cells import Cells, Terms, ternary_outcome
from ranking.matches import Matches
from ranking.newton import Problem, Solution, linear_predictor, tie_term

Covariance = Literal["cluster", "sandwich", "hessian"]

MAX_DENSE_SCORES = 60_000_000


@dataclass(frozen=True, eq=False)
class Clusters:
    """Which rows count as one: `index` of each match (None: each match its own), and who is in how many.

    `n_of_contestant` has shape (n_contestants,), `n_of_component` shape (n_components,).
    """

    index: NDArray[np.integer] | None
    n_clusters: int
    n_of_contestant: IndexArray
    n_of_component: IndexArray


def find_clusters(matches: Matches, component: IndexArray, covariance: Covariance) -> Clusters:
    """Find the prompts and count those each contestant and each component took part in."""
    n, n_components = len(matches.names), int(component.max(initial=-1)) + 1
    one = n_components == 1
    inside = np.ones(len(matches), bool) if one else component[matches.a] == component[matches.b]
    if matches.weight is not None:
        inside &= matches.weight > 0
    whole = bool(inside.all())
    a, b = (matches.a, matches.b) if whole else (matches.a[inside], matches.b[inside])
    if covariance != "cluster" or matches.prompt_id is None:
        of_contestant = np.bincount(a, minlength=n) + np.bincount(b, minlength=n)
        of_component = np.bincount(component[a], minlength=n_components)
        return Clusters(None, len(a), of_contestant, of_component)
    index, size = dense_labels(matches.prompt_id)
    g = index if whole else index[inside]
    met = np.zeros((size, n), dtype=bool)
    met.ravel()[g * n + a] = True
    met.ravel()[g * n + b] = True
    of_component = np.array(
        [met[:, component == c].any(axis=1).sum() for c in range(n_components)], dtype=np.intp
    )
    return Clusters(index, int(met.any(axis=1).sum()), met.sum(axis=0), of_component)


def dense_labels(labels: NDArray[np.generic]) -> tuple[NDArray[np.int64], int]:
    """Give labels numbers from 0; small whole numbers are kept as they are."""
    if np.issubdtype(labels.dtype, np.integer) and len(labels):
        whole = labels.astype(np.int64, copy=False)
        if whole.min() >= 0 and whole.max() < 2 * len(labels) + 16:
            return whole, int(whole.max()) + 1
    distinct, index = np.unique(labels, return_inverse=True)
    return index.astype(np.int64, copy=False), len(distinct)


def inverse_information(problem: Problem, solution: Solution) -> FloatArray:
    """Invert, and take each component's free shift out again."""
    inverse = invert(solution.information)
    if problem.prior_precision > 0:
        return inverse
    shift = centring(problem.component, len(inverse))
    centred: FloatArray = shift @ inverse @ shift.T
    return centred


def centring(component: IndexArray, size: int) -> FloatArray:
    """Give the matrix that makes the strengths of each component have mean 0 and leaves the terms alone."""
    n = len(component)
    same = component[:, None] == component[None, :]
    matrix = np.eye(size)
    matrix[:n, :n] -= same / same.sum(axis=1, keepdims=True)
    return matrix


def meat_of_rows(problem: Problem, solution: Solution) -> FloatArray:
    """Sum over rows of the outer product of each row's score, from the cells' squared sums."""
    cells, n = problem.cells, problem.n_contestants
    eta = linear_predictor(problem, solution.parameters)
    scores = problem.likelihood.scores(eta, tie_term(problem, solution.parameters))
    weights = _squared_class_weights(cells)
    square = (weights * scores.eta**2).sum(axis=0)
    if not problem.likelihood.has_tie_term:
        mean = -scores.eta[0]
        square = cells.square_yy - 2 * mean * cells.square_y + mean**2 * cells.square
    columns = [square * cells.terms[:, k] for k in range(cells.terms.shape[1])]
    meat = np.zeros((problem.n_parameters, problem.n_parameters))
    dense = sum_by(cells.a * n + cells.b, square, n * n).reshape(n, n)
    dense += dense.T
    meat[:n, :n] = np.diag(dense.sum(axis=1)) - dense
    inner = [cells.terms.T @ column for column in columns]
    if problem.likelihood.has_tie_term:
        cross = (weights * scores.eta * scores.tie).sum(axis=0)
        columns.append(cross)
        inner.append(cells.terms.T @ cross)
        meat[-1, -1] = (weights * scores.tie**2).sum()
    n_terms = cells.terms.shape[1]
    for k, (column, line) in enumerate(zip(columns, inner, strict=True), start=n):
        meat[:n, k] = meat[k, :n] = sum_by(cells.a, column, n) - sum_by(cells.b, column, n)
        meat[k, n : n + n_terms] = meat[n : n + n_terms, k] = line
    return meat


def meat_of_clusters(
    matches: Matches, terms: Terms, problem: Problem, solution: Solution, clusters: Clusters
) -> FloatArray:
    """Sum over clusters of the outer product of each cluster's summed score."""
    n = problem.n_contestants
    assert clusters.index is not None
    g, size = clusters.index, int(clusters.index.max(initial=-1)) + 1
    residual, tie_score = row_scores(matches, terms, problem, solution)
    blocks: list[FloatArray] = []
    if size * n <= MAX_DENSE_SCORES:
        start = g * n
        scores = sum_by(start + matches.a, residual, size * n)
        scores -= sum_by(start + matches.b, residual, size * n)
        blocks.append(scores.reshape(size, n))
    else:
        blocks.append(_sparse_scores(g, matches, residual, size, n))
    extra = [np.bincount(g, residual * column, size) for column in _term_columns(terms)]
    if problem.likelihood.has_tie_term:
        extra.append(np.bincount(g, tie_score, size))
    strengths = blocks[0]
    meat = np.zeros((problem.n_parameters, problem.n_parameters))
    meat[:n, :n] = strengths.T @ strengths
    if extra:
        rest = np.stack(extra, axis=1)
        meat[n:, n:] = rest.T @ rest
        meat[:n, n:] = strengths.T @ rest
        meat[n:, :n] = meat[:n, n:].T
    return meat


def row_scores(
    matches: Matches, terms: Terms, problem: Problem, solution: Solution
) -> tuple[FloatArray, FloatArray]:
    """Each row's weighted score in eta and in the tie term; zero between components."""
    parameters, n = solution.parameters, problem.n_contestants
    eta = parameters[matches.a] - parameters[matches.b]
    coefficients = parameters[n : n + len(terms.names)]
    if terms.table is not None and terms.level is not None:
        eta += (terms.table @ coefficients)[terms.level]
    elif terms.dense is not None:
        eta += terms.dense @ coefficients
    tie = tie_term(problem, parameters)
    scores = problem.likelihood.scores(eta, tie)
    if problem.likelihood.has_tie_term:
        kind = ternary_outcome(matches.outcome)
        assert kind is not None
        rows = np.arange(len(kind))
        residual, tie_score = scores.eta[kind, rows], scores.tie[kind, rows]
    else:
        residual, tie_score = matches.outcome + scores.eta[0], np.zeros(0)
    if matches.weight is not None:
        residual = residual * matches.weight
        tie_score = tie_score * matches.weight if len(tie_score) else tie_score
    if problem.component.max(initial=0) > 0:
        inside = problem.component[matches.a] == problem.component[matches.b]
        residual = np.where(inside, residual, 0.0)
        tie_score = np.where(inside, tie_score, 0.0) if len(tie_score) else tie_score
    return residual, tie_score


def _squared_class_weights(cells: Cells) -> FloatArray:
    """Sum w^2 over losses, ties and wins; exact where every outcome is 0, 0.5 or 1."""
    tie = 4 * (cells.square_y - cells.square_yy)
    win = cells.square_y - 0.5 * tie
    return np.stack([cells.square - win - tie, tie, win])


def _term_columns(terms: Terms) -> list[FloatArray]:
    if terms.table is not None and terms.level is not None:
        return [terms.table[terms.level, k] for k in range(len(terms.names))]
    return [] if terms.dense is None else [terms.dense[:, k] for k in range(len(terms.names))]


def _sparse_scores(g: IndexArray, matches: Matches, residual: FloatArray, size: int, n: int) -> FloatArray:
    from scipy.sparse import coo_array

    rows = np.concatenate([g, g])
    columns = np.concatenate([matches.a, matches.b])
    values = np.concatenate([residual, -residual])
    scores = coo_array((values, (rows, columns)), shape=(size, n)).tocsr()
    return scores  # type: ignore[return-value]
