"""Scores of the rows summed by prompt: what the clustered sandwich and the fragility check rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.arrays import FloatArray, IndexArray, sum_by
from ranking.cells import CHUNK, Terms
from ranking.codes import CODE_CHUNK, MAX_TABLE, chunks, is_ternary, short_code
from ranking.matches import Matches
from ranking.newton import Problem, Solution, tie_term
from ranking.ratings import MIN_PROMPTS
from ranking.threads import side_by_side

MAX_DENSE = 60_000_000  # entries of clusters x contestants; beyond, the matrix is sparse


@dataclass(frozen=True, eq=False)
class ClusterScores:
    """Each cluster's score: `strengths` of shape (n_labels, n_contestants), dense or sparse; `terms` dense.

    The counts leave out rows without weight and rows between components.
    """

    strengths: Any
    terms: FloatArray
    n_clusters: int
    n_of_contestant: IndexArray
    n_of_component: IndexArray

    def product(self) -> FloatArray:
        product = self.strengths.T @ self.strengths
        return np.asarray(product if isinstance(product, np.ndarray) else product.toarray())

    def cross(self) -> FloatArray:
        return np.asarray((self.strengths.T @ self.terms).T)


def dense_labels(labels: NDArray[np.generic]) -> tuple[NDArray[np.int64], int]:
    """Give labels numbers from 0; small whole numbers are kept as they are."""
    if np.issubdtype(labels.dtype, np.integer) and len(labels):
        whole = labels.astype(np.int64, copy=False)
        if whole.min() >= 0 and whole.max() < 2 * len(labels) + 16:
            return whole, int(whole.max()) + 1
    distinct, index = np.unique(labels, return_inverse=True)
    return index.astype(np.int64, copy=False), len(distinct)


def sum_scores_by_cluster(
    matches: Matches, terms: Terms, problem: Problem, solution: Solution
) -> ClusterScores:
    """Sum each row's score over its prompt."""
    assert matches.prompt_id is not None
    g, size = dense_labels(matches.prompt_id)
    n = problem.n_contestants
    residual, tie_score = row_scores(matches, terms, problem, solution)
    if size * n <= MAX_DENSE:
        place = g * n
        place += matches.a
        strengths: Any = np.bincount(place, residual, size * n)
        place -= matches.a
        place += matches.b
        strengths -= np.bincount(place, residual, size * n)
        strengths = strengths.reshape(size, n)
    else:
        strengths = _sparse(g, matches, residual, size, n)
    columns = [sum_by(g, residual * column, size) for column in terms.values()]
    if problem.likelihood.has_tie_term:
        columns.append(sum_by(g, tie_score, size))
    stacked: FloatArray = np.stack(columns, axis=1) if columns else np.zeros((size, 0))
    return ClusterScores(strengths, stacked, *_count(matches, problem.component, g, size, strengths))


def row_scores(
    matches: Matches, terms: Terms, problem: Problem, solution: Solution
) -> tuple[FloatArray, FloatArray]:
    """Give each row's weighted score in eta and in the tie term (empty without one); 0 between components."""
    if solution.row_score is not None:
        return solution.row_score, np.zeros(0)
    n_codes = terms.n_levels * problem.n_contestants**2
    tabled = terms.columns is None and 3 * n_codes <= max(MAX_TABLE, len(matches))
    if tabled and not problem.likelihood.has_tie_term:
        residual, tie_score = _half_win_scores(matches, terms, problem, solution), np.zeros(0)
    elif tabled and is_ternary(matches.outcome):
        residual, tie_score = _scores_from_table(matches, terms, problem, solution)
    else:
        residual, tie_score = _scores_of_rows(matches, terms, problem, solution)
    if matches.weight is not None:
        residual *= matches.weight
        tie_score *= matches.weight if len(tie_score) else 1.0
    if problem.component.max(initial=0) > 0:
        inside = problem.component[matches.a] == problem.component[matches.b]
        residual *= inside
        tie_score *= inside if len(tie_score) else 1.0
    return residual, tie_score


def _half_win_scores(matches: Matches, terms: Terms, problem: Problem, solution: Solution) -> FloatArray:
    """Take each row's chance, looked up among all codes, from its outcome."""
    chance = -problem.likelihood.scores(_all_predictors(terms, problem, solution), 0.0).eta[0]
    residual = np.empty(len(matches))

    def some(span: range) -> None:
        for rows in chunks(matches, span):
            expected = np.take(chance, short_code(matches, terms.level, rows), mode="clip")
            np.subtract(matches.outcome[rows], expected, out=residual[rows])

    side_by_side(len(matches), some)
    return residual


def _all_predictors(terms: Terms, problem: Problem, solution: Solution) -> FloatArray:
    """Give eta of every code."""
    n, parameters = problem.n_contestants, solution.parameters
    eta = parameters[:n, None] - parameters[None, :n]
    if terms.table is not None:
        eta = eta + (terms.table @ parameters[n : n + len(terms.names)])[:, None, None]
    return np.asarray(eta.ravel())


def _scores_from_table(
    matches: Matches, terms: Terms, problem: Problem, solution: Solution
) -> tuple[FloatArray, FloatArray]:
    """Look every row's score up among all codes and outcomes."""
    tie = tie_term(problem, solution.parameters)
    scores = problem.likelihood.scores(_all_predictors(terms, problem, solution), tie)
    eta_table = np.ascontiguousarray(scores.eta.T).ravel()
    tie_table = np.ascontiguousarray(scores.tie.T).ravel()
    residual = np.empty(len(matches))
    tie_score = np.empty(len(matches) if problem.likelihood.has_tie_term else 0)

    def some(span: range) -> None:
        for rows in chunks(matches, span):
            code = short_code(matches, terms.level, rows) * np.int32(3)
            code += (matches.outcome[rows] * 2.0).astype(np.int32)
            np.take(eta_table, code, out=residual[rows], mode="clip")
            if len(tie_score):
                np.take(tie_table, code, out=tie_score[rows], mode="clip")

    side_by_side(len(matches), some)
    return residual, tie_score


def _scores_of_rows(
    matches: Matches, terms: Terms, problem: Problem, solution: Solution
) -> tuple[FloatArray, FloatArray]:
    parameters, n = solution.parameters, problem.n_contestants
    residual = np.empty(len(matches))
    tie_score = np.empty(len(matches) if problem.likelihood.has_tie_term else 0)
    coefficients = parameters[n : n + len(terms.names)]
    tie = tie_term(problem, parameters)
    of_level = None if terms.table is None else terms.table @ coefficients
    for begin in range(0, len(matches), CHUNK):
        rows = slice(begin, begin + CHUNK)
        eta = parameters[matches.a[rows]] - parameters[matches.b[rows]]
        if of_level is not None and terms.level is not None:
            eta += of_level[terms.level[rows]]
        for k, column in enumerate(terms.columns or ()):
            eta += column[rows] * (coefficients[k] / terms.divisor[k])
        scores = problem.likelihood.scores(eta, tie)
        if problem.likelihood.has_tie_term:
            kind = (2 * matches.outcome[rows]).astype(np.intp)
            at = np.arange(len(kind))
            residual[rows], tie_score[rows] = scores.eta[kind, at], scores.tie[kind, at]
        else:
            residual[rows] = matches.outcome[rows] + scores.eta[0]
    return residual, tie_score


def _count(
    matches: Matches, component: IndexArray, g: IndexArray, size: int, strengths: Any
) -> tuple[int, IndexArray, IndexArray]:
    """Count clusters: all, of each contestant (a lower bound if that is enough), of each component."""
    n, n_components = len(component), int(component.max(initial=-1)) + 1
    a, b = matches.a, matches.b
    counts = None if matches.weight is None or matches.weight.min(initial=1) > 0 else matches.weight > 0
    if n_components > 1 or counts is not None:
        inside = component[a] == component[b]
        inside &= True if counts is None else counts
        a, b, g = a[inside], b[inside], g[inside]
    n_clusters = _distinct(g, size)
    total = np.array([n_clusters] * n_components)
    if n_components > 1:
        met = np.unique(component[a].astype(np.int64) * size + g)
        total = np.bincount(met // size, minlength=n_components)
    nonzero = _nonzero_at_least(strengths) if isinstance(strengths, np.ndarray) else np.zeros(n)
    if nonzero.min(initial=MIN_PROMPTS) < MIN_PROMPTS:
        met = np.unique(np.concatenate([g * n + a, g * n + b]))
        nonzero = sum_by(met % n, None, n)
    return n_clusters, nonzero.astype(np.intp), total


def _nonzero_at_least(strengths: FloatArray) -> IndexArray:
    """Count each contestant's clusters with a score, in the first of them if that is enough."""
    some = (strengths[: CODE_CHUNK // max(strengths.shape[1], 1)] != 0).sum(axis=0)
    if some.min(initial=MIN_PROMPTS) >= MIN_PROMPTS:
        return np.asarray(some)
    return np.asarray((strengths != 0).sum(axis=0))


def _distinct(labels: IndexArray, size: int) -> int:
    present = np.zeros(size, dtype=bool)
    present[labels] = True
    return int(present.sum())


def _sparse(g: IndexArray, matches: Matches, residual: FloatArray, size: int, n: int) -> Any:
    from scipy.sparse import coo_array

    values = np.concatenate([residual, -residual])
    place = (np.concatenate([g, g]), np.concatenate([matches.a, matches.b]))
    return coo_array((values, place), shape=(size, n)).tocsr()
