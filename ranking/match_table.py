"""Matches already summed by pair, to which more are added: a board that is refitted after every match."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Literal

import numpy as np

from ranking.arrays import FloatArray, IndexArray, sum_by
from ranking.blas import one_blas_thread
from ranking.cells import Cells, Terms, sum_cells
from ranking.errors import InvalidMatchesError
from ranking.estimate import Estimate, Model, estimate_from_cells
from ranking.intervals import describe
from ranking.matches import Matches
from ranking.newton import maximise
from ranking.ratings import Ratings

SUMS = ("n_rows", "win", "tie", "loss", "square", "square_y", "square_yy")


class MatchTable:
    """Sums by pair that grow; a fit starts where the last one ended.

    Prompts are not kept, so its intervals take each match as its own cluster: for a quick look between
    two full fits, which cluster by prompt.
    """

    def __init__(self, matches: Matches) -> None:
        self.names = matches.names
        self._cells = sum_cells(matches, Terms())
        self._empty = Matches([], [], [], matches.names)
        self._last: Estimate | None = None

    def add(self, matches: Matches) -> None:
        """Add matches between the same contestants."""
        if matches.names != self.names:
            raise InvalidMatchesError("matches added must name the same contestants in the same order")
        self._cells = _joined(self._cells, sum_cells(matches, Terms()), len(self.names))

    def fit(
        self,
        *,
        covariance: Literal["sandwich", "hessian"] = "sandwich",
        anchor: str | None = None,
    ) -> Ratings:
        """Fit Bradley-Terry with half wins to all matches added so far."""
        with one_blas_thread():
            self._last = self._estimate()
            return describe(self._empty, self._last, covariance, anchor)

    def _estimate(self) -> Estimate:
        """Start from the last fit; more matches never split what was one component."""
        last = self._last
        if last is None or last.found.n_components > 1 or not len(self._cells):
            return estimate_from_cells(self._cells, self._cells, Terms(), self.names, Model())
        problem = replace(last.problem, cells=self._cells)
        n_matches = _matches_of(self._cells, len(self.names))
        return replace(
            last,
            problem=problem,
            solution=maximise(problem, last.solution.parameters),
            n_matches=n_matches,
        )


def _matches_of(cells: Cells, n: int) -> FloatArray:
    weight = cells.weight
    return sum_by(cells.a, weight, n) + sum_by(cells.b, weight, n)


def _joined(old: Cells, new: Cells, n: int) -> Cells:
    """Add the sums of pairs that both hold, and the pairs that only one holds; both are in code order."""
    known, code = _code(old, n), _code(new, n)
    at = np.searchsorted(known, code)
    found = np.zeros(len(code), dtype=bool)
    found[at < len(known)] = known[at[at < len(known)]] == code[at < len(known)]
    columns = {field: getattr(old, field).copy() for field in SUMS}
    for field in SUMS:
        columns[field][at[found]] += getattr(new, field)[found]
    if found.all():
        return replace(old, **columns)
    order = np.argsort(np.concatenate([known, code[~found]]), kind="stable")
    merged = {
        field.name: np.concatenate([columns.get(field.name, getattr(old, field.name)), extra[~found]])[order]
        for field in fields(old)
        for extra in [getattr(new, field.name)]
    }
    return Cells(**merged)


def _code(cells: Cells, n: int) -> IndexArray:
    code: IndexArray = cells.a * n + cells.b
    return code
