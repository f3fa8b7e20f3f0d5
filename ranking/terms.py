"""The terms beside the strengths: position, self-preference, features. Swapping a pair's sides flips them.

Features are divided by their root mean square and never centred (LMArena's style control divides by the
standard deviation after centring, which makes the answer depend on which side is called `a`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from ranking.arrays import FloatArray, solve
from ranking.cells import Terms
from ranking.codes import few_values
from ranking.errors import InvalidMatchesError
from ranking.matches import Matches
from ranking.newton import Problem, evaluate

PerJudge = Literal["per-judge"]

MAX_VALUES = 16  # of one term, and
MAX_LEVELS = 64  # distinct rows of terms that are still summed into cells


def build_terms(
    matches: Matches,
    position: bool | PerJudge,
    self_preference: bool | PerJudge,
    covariates: Sequence[str] | None,
) -> Terms:
    """Lay out the columns; those with few distinct values together are kept as levels."""
    names: list[str] = []
    columns: list[FloatArray] = []
    if position:
        _check(matches.shown_first is not None, "position needs shown_first")
        _add(matches, "position", np.asarray(matches.shown_first, np.float64), position, names, columns)
    if self_preference:
        _check(matches.same_family is not None, "self_preference needs same_family")
        _add(matches, "self_preference", np.asarray(matches.same_family), self_preference, names, columns)
    scale = [1.0] * len(names)
    for name in covariates or ():
        _check(name in matches.covariates, f"the matches hold no covariate {name!r}")
        size = _root_mean_square(matches.covariates[name], matches.weight)
        names.append(name)
        scale.append(size)
        columns.append(matches.covariates[name])
    if not columns:
        return Terms()
    return _levelled(tuple(names), tuple(scale), columns)


def unidentified_terms(problem: Problem, terms: Terms, start: FloatArray) -> list[int]:
    """Give the columns that the strengths and the other columns explain away.

    A column is identified if it has no part in the null space of the terms' information once the
    strengths are partialled out.
    """
    if not terms.names:
        return []
    n, n_terms = problem.n_contestants, len(terms.names)
    information = evaluate(problem, start).information
    inner = information[n : n + n_terms, n : n + n_terms]
    cross = information[:n, n : n + n_terms]
    size = np.sqrt(np.diagonal(inner))
    empty = ~(size > 0)
    rest = inner - cross.T @ solve(information[:n, :n], cross)
    scale = np.where(empty, 1.0, size)
    values, vectors = np.linalg.eigh(rest / scale[:, None] / scale[None, :])
    null = vectors[:, values < 1e-9]
    part = np.sqrt((null**2).sum(axis=1))
    return [k for k in range(n_terms) if empty[k] or part[k] > 1e-6]


def _check(holds: bool, sentence: str) -> None:
    if not holds:
        raise InvalidMatchesError(sentence)


def _add(
    matches: Matches,
    name: str,
    column: FloatArray,
    how: bool | PerJudge,
    names: list[str],
    columns: list[FloatArray],
) -> None:
    """Append one column for all judges, or one a judge."""
    if how is True:
        names.append(name)
        columns.append(column)
        return
    _check(matches.judge is not None, f"{name} per judge needs judge")
    labels, index = np.unique(np.asarray(matches.judge), return_inverse=True)
    for k, label in enumerate(labels):
        names.append(f"{name}[{label}]")
        columns.append(np.where(index == k, column, 0.0))


def _root_mean_square(column: FloatArray, weight: FloatArray | None) -> float:
    if not len(column):
        return 0.0
    if weight is None:
        return float(np.sqrt(column @ column / len(column)))
    return float(np.sqrt(np.average(column * column, weights=weight)))


def _levelled(names: tuple[str, ...], scale: tuple[float, ...], columns: list[FloatArray]) -> Terms:
    """Keep distinct rows as levels when each column takes few values and the product stays small."""
    found = [few_values(column, MAX_VALUES) for column in columns]
    each = [one for one in found if one is not None]
    if len(each) < len(columns) or np.prod([len(one.values) for one in each]) > MAX_LEVELS:
        return Terms(names, scale, columns=tuple(columns))
    level = np.zeros(len(columns[0]), dtype=np.int16)
    table = np.zeros((1, 0))
    for one in each:
        level *= len(one.values)
        level += one.place
        grown = np.repeat(table, len(one.values), axis=0)
        table = np.column_stack([grown, np.tile(one.values, len(table))])
    return Terms(names, scale, level=level, table=table / Terms(names, scale).divisor)
