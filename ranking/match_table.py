"""Matches already summed by pair, to which more are added: a board that is refitted after every match."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ranking.arrays import FloatArray, invert
from ranking.blas import one_blas_thread
from ranking.cells import Cells, Terms
from ranking.components import Components
from ranking.errors import InvalidMatchesError
from ranking.estimate import Estimate, Model, estimate_from_cells
from ranking.intervals import Uncertainty, describe, rated, student_quantile, too_few
from ranking.matches import Matches
from ranking.ratings import Ratings

NEAR = 1e-3  # nats, and share of a contestant's matches: within it the last inverse information is kept
TOLERANCE = 1e-7
MAX_STEPS = 50


@dataclass(frozen=True, eq=False)
class _Sums:
    """Row against column, each of shape (n_contestants, n_contestants), kept for both directions.

    Rows with weight, summed weight, summed points, and the sums of w^2, w^2 y and w^2 y^2.
    """

    n_rows: FloatArray
    weight: FloatArray
    points: FloatArray
    square: FloatArray
    square_y: FloatArray
    square_yy: FloatArray


@dataclass(frozen=True, eq=False)
class _Inverse:
    """An inverse information, the strengths it was evaluated at, and each contestant's weight then."""

    matrix: FloatArray
    theta: FloatArray
    weight: FloatArray

    def serves(self, theta: FloatArray, sums: _Sums) -> bool:
        near = np.abs(theta - self.theta).max() < NEAR
        return bool(near and (sums.weight.sum(axis=1) <= (1 + NEAR) * self.weight).all())


class MatchTable:
    """Sums by pair that grow; a fit starts where the last one ended.

    Prompts are not kept, so its intervals take each match as its own cluster: for a quick look between
    two full fits, which cluster by prompt. It holds six square tables, so it is for up to some thousand
    contestants.
    """

    def __init__(self, matches: Matches) -> None:
        self.names = matches.names
        n = len(matches.names)
        self._sums = _Sums(*(np.zeros((n, n)) for _ in range(6)))
        self._theta: FloatArray | None = None
        self._inverse: _Inverse | None = None
        self.add(matches)

    def add(self, matches: Matches) -> None:
        """Add matches between the same contestants."""
        if matches.names != self.names:
            raise InvalidMatchesError("matches added must name the same contestants in the same order")
        y = matches.outcome
        w = np.ones_like(y) if matches.weight is None else matches.weight
        n, sums = len(self.names), self._sums
        forth, back = matches.a.astype(np.intp) * n + matches.b, matches.b.astype(np.intp) * n + matches.a
        for code, score in ((forth, y), (back, 1 - y)):
            squared = w * w
            for table, values in (
                (sums.n_rows, (w > 0).astype(np.float64)),
                (sums.weight, w),
                (sums.points, w * score),
                (sums.square, squared),
                (sums.square_y, squared * score),
                (sums.square_yy, squared * score * score),
            ):
                np.add.at(table.reshape(-1), code, values)

    def fit(self, *, anchor: str | None = None) -> Ratings:
        """Fit Bradley-Terry with half wins to all matches added so far.

        A refit's covariance is that within 0.001 nats and 0.1 % of anyone's matches; it has no
        log-likelihood.
        """
        if anchor is not None and anchor not in self.names:
            raise InvalidMatchesError(f"the anchor {anchor!r} is not a contestant")
        with one_blas_thread(len(self.names)):
            refitted = None if self._theta is None else self._refit(self._theta)
            if refitted is None:
                ratings = self._fit(anchor)
                one = ratings.component.max(initial=0) == 0 and np.isfinite(ratings.theta).all()
                self._theta = ratings.theta if one and len(self.names) else None
                if self._theta is not None and anchor is not None:
                    self._theta = self._theta - self._theta.mean()
                return ratings
            self._theta = refitted.estimate.solution.parameters
            return rated(self.names, refitted.estimate, refitted.uncertainty, anchor)

    def _fit(self, anchor: str | None) -> Ratings:
        """Fit from nothing, whatever the shape of the graph."""
        cells = self._cells()
        estimate = estimate_from_cells(cells, cells, Terms(), self.names, Model())
        self._estimate = estimate
        return describe(Matches([], [], [], self.names), estimate, "sandwich", anchor)

    def _cells(self) -> Cells:
        s = self._sums
        a, b = np.nonzero(np.triu(s.n_rows > 0, 1))
        lost = s.weight[a, b] - s.points[a, b]
        columns = [s.n_rows[a, b], s.points[a, b], np.zeros(len(a)), lost]
        columns += [s.square[a, b], s.square_y[a, b], s.square_yy[a, b]]
        return Cells.of(a, b, columns, np.zeros((len(a), 0)))

    def _refit(self, theta: FloatArray) -> _Refitted | None:
        """Climb from the last strengths; more matches never split what was one component."""
        n, sums = len(self.names), self._sums
        p = _chances(theta)
        last = self._inverse
        n_steps = 0
        while n_steps < MAX_STEPS:
            n_steps += 1
            if last is None or not last.serves(theta, sums):
                last = _Inverse(_inverse_information(sums, p), theta, sums.weight.sum(axis=1))
            step = last.matrix @ (sums.points - sums.weight * p).sum(axis=1)
            theta = theta + step
            if np.abs(step).max() < TOLERANCE:
                break
            p = _chances(theta)
        else:
            return None
        self._inverse = last
        solution = replace(self._estimate.solution, parameters=theta, n_iterations=n_steps)
        found = _one_component(n)
        reasons, total = ("",) * n, self._sums.weight.sum(axis=1)
        problem, terms = self._estimate.problem, self._estimate.terms
        solution = replace(solution, log_likelihood=np.nan)
        estimate = Estimate(problem, solution, terms, found, reasons, (), total)
        return _Refitted(estimate, self._uncertainty(last.matrix, p))

    def _uncertainty(self, inverse: FloatArray, p: FloatArray) -> Uncertainty:
        sums = self._sums
        square = sums.square_yy - p * (2 * sums.square_y - p * sums.square)
        meat = np.diag(square.sum(axis=1)) - square
        of_contestant = sums.n_rows.sum(axis=1)
        g = of_contestant.sum() / 2
        covariance = inverse @ meat @ inverse * (g / (g - 1) if g > 1 else np.nan)
        reasons, notes = too_few(self.names, np.minimum(of_contestant, g), what="matches")
        method = "sandwich, each match its own cluster, factor G/(G-1), Student t with G-1 degrees"
        critical = np.full(len(self.names), float(student_quantile(float(g) - 1)))
        return Uncertainty(covariance, critical, int(g), reasons, notes, method, float(g) - 1)


@dataclass(frozen=True, eq=False)
class _Refitted:
    estimate: Estimate
    uncertainty: Uncertainty


def _chances(theta: FloatArray) -> FloatArray:
    """Chance of row against column."""
    chances: FloatArray = 1 / (1 + np.exp(theta[None, :] - theta[:, None]))
    return chances


def _inverse_information(sums: _Sums, p: FloatArray) -> FloatArray:
    """Invert with the free shift held by a ridge, and take the ridge's part out again."""
    n = len(p)
    weight = sums.weight * p * (1 - p)
    information = np.diag(weight.sum(axis=1)) - weight
    ridge = float(np.trace(information)) / n**2
    return invert(information + ridge) - 1 / (ridge * n**2)


def _one_component(n: int) -> Components:
    one = np.zeros(n, dtype=np.intp)
    return Components(one, 1, np.array([n]), one, 1)
