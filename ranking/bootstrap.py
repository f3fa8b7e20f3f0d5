"""Bootstrap over prompts (or matches): the spread of refits; rounds without a finite fit are counted.

Clusters are drawn whole: Field and Welsh (2007), JRSS-B 69:369-390. Single matches are drawn Poisson(1)
times each, so that a whole cell is one draw: Hanley and MacGibbon (2006), Computer Methods and Programs
in Biomedicine 83:57-62.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ranking.arrays import FloatArray, IndexArray, invert, solve, sum_by
from ranking.blas import one_blas_thread
from ranking.bradley_terry import fit_bradley_terry
from ranking.cells import Cells, Terms, sum_cells
from ranking.components import find_components
from ranking.errors import InvalidMatchesError
from ranking.gram import laplacian
from ranking.matches import Matches
from ranking.ranks import rank_ranges
from ranking.ratings import ANCHOR_RATING, MIN_PROMPTS, POINTS_PER_NAT, Ratings
from ranking.scores import dense_labels

MIN_ROUNDS = 50  # finite rounds under which no interval is given
STEP_TOLERANCE = 1e-4  # nats; far below the spread of the rounds
MAX_STEPS = 100


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Refits on drawn prompts.

    `ratings` has percentile intervals and the covariance of the finite rounds; `theta` has shape
    (n_finite, n_contestants); `n_separable` rounds had a contestant without a finite strength and count
    in neither.
    """

    ratings: Ratings
    theta: FloatArray
    n_rounds: int
    n_separable: int


def bootstrap_bradley_terry(matches: Matches, *, rng: np.random.Generator, n_rounds: int = 200) -> Bootstrap:
    """Refit half-win Bradley-Terry on `n_rounds` draws of whole prompts (of matches, without prompts).

    Raises
    ------
    InvalidMatchesError
        If the matches themselves leave a strength without a finite estimate.
    """
    ratings = fit_bradley_terry(matches)
    if ratings.component.max(initial=0) > 0 or not np.isfinite(ratings.theta).all() or not len(matches):
        raise InvalidMatchesError("the bootstrap needs matches in which every strength is finite")
    cells = sum_cells(matches, Terms())
    with one_blas_thread(len(matches.names)):
        refit = _Refit(cells, ratings.theta)
        fits = [refit(draw) for draw in _draws(matches, cells, rng, n_rounds)]
    theta = np.array([fit for fit in fits if fit is not None]).reshape(-1, len(matches.names))
    n_separable = n_rounds - len(theta)
    return Bootstrap(_with_intervals(ratings, theta, n_separable), theta, n_rounds, n_separable)


def _draws(matches: Matches, cells: Cells, rng: np.random.Generator, n_rounds: int) -> Iterator[_Points]:
    """Give each round's points by cell; ties are half of each."""
    counts = np.stack([cells.win, cells.tie, cells.loss])
    if matches.prompt_id is None and matches.weight is None and np.array_equal(counts, np.floor(counts)):
        for _ in range(n_rounds):
            win, tie, loss = rng.poisson(counts).astype(np.float64)
            yield _Points(win + 0.5 * tie, loss + 0.5 * tie)
        return
    g, size = dense_labels(np.arange(len(matches)) if matches.prompt_id is None else matches.prompt_id)
    present = np.flatnonzero(np.bincount(g, minlength=size))
    times = np.zeros((size, n_rounds))
    equal = np.full(len(present), 1 / len(present))
    times[present] = rng.multinomial(len(present), equal, size=n_rounds).T
    won, lost = (np.ascontiguousarray(x.T) for x in _points_by_prompt(matches, cells, g, times))
    yield from map(_Points, won, lost)


@dataclass(frozen=True, eq=False)
class _Points:
    """Of each cell's `a` and `b` in one round."""

    won: FloatArray
    lost: FloatArray


def _points_by_prompt(
    matches: Matches, cells: Cells, g: IndexArray, times: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Sum points for `a` and for `b` of each cell over the prompts, each as often as drawn."""
    from scipy.sparse import csr_array

    n = len(matches.names)
    weight = np.ones(len(matches)) if matches.weight is None else matches.weight
    swap = matches.a > matches.b
    low, high = np.where(swap, matches.b, matches.a), np.where(swap, matches.a, matches.b)
    outcome = np.where(swap, 1 - matches.outcome, matches.outcome)
    keep = weight > 0
    cell = np.searchsorted(cells.a * n + cells.b, (low.astype(np.int64) * n + high)[keep])
    place, shape = (cell, g[keep]), (len(cells), len(times))
    won = csr_array(((weight * outcome)[keep], place), shape=shape)
    lost = csr_array(((weight * (1 - outcome))[keep], place), shape=shape)
    return np.asarray(won @ times), np.asarray(lost @ times)


class _Refit:
    """Refits from the full estimate, with its inverse information for every step while that converges."""

    def __init__(self, cells: Cells, theta: FloatArray) -> None:
        self.cells, self.theta, self.n = cells, theta, len(theta)
        self.code = cells.a * self.n + cells.b
        self.inverse = invert(self._information(theta, cells.weight))

    def __call__(self, points: _Points) -> FloatArray | None:
        """Give the strengths, or None where one is not finite."""
        if self._may_split(points):
            return None
        theta, last = self.theta, np.inf
        weight = points.won + points.lost
        for _ in range(MAX_STEPS):
            residual = points.won - weight * self._chance(theta)
            gradient = sum_by(self.cells.a, residual, self.n) - sum_by(self.cells.b, residual, self.n)
            step = self.inverse @ gradient
            size = float(np.abs(step).max())
            if size > 0.5 * last:  # the full data's information no longer serves
                step = solve(self._information(theta, weight), gradient)
                size = float(np.abs(step).max())
            theta = theta + step / max(1.0, size)
            last = size
            if size < STEP_TOLERANCE:
                centred: FloatArray = theta - theta.mean()
                return centred
        return None

    def _may_split(self, points: _Points) -> bool:
        """Tell whether the draw split the graph; one that kept every edge did not."""
        kept = ((points.won > 0) == (self.cells.win + self.cells.tie > 0)).all()
        if kept and ((points.lost > 0) == (self.cells.loss + self.cells.tie > 0)).all():
            return False
        drawn = replace(self.cells, win=points.won, tie=np.zeros_like(points.won), loss=points.lost)
        return find_components(drawn, self.n).n_components > 1

    def _chance(self, theta: FloatArray) -> FloatArray:
        chance: FloatArray = 1 / (1 + np.exp(theta[self.cells.b] - theta[self.cells.a]))
        return chance

    def _information(self, theta: FloatArray, weight: FloatArray) -> FloatArray:
        p = self._chance(theta)
        information = laplacian(sum_by(self.code, weight * p * (1 - p), self.n**2), self.n)
        return information + float(np.trace(information)) / self.n**2


def _with_intervals(ratings: Ratings, theta: FloatArray, n_separable: int) -> Ratings:
    """Replace the intervals by percentiles of the rounds."""
    n = len(ratings.names)
    notes = [note for note in ratings.notes if not note.startswith("No interval")]
    if n_separable:
        n_rounds = len(theta) + n_separable
        notes.append(f"{n_separable} of {n_rounds} bootstrap rounds had no finite fit and are left out.")
    low = high = np.full(n, np.nan)
    covariance = np.full((n, n), np.nan)
    if len(theta) < MIN_ROUNDS or ratings.n_prompts < MIN_PROMPTS:
        notes.append("No interval: too few prompts or too few finite bootstrap rounds.")
    else:
        low, high = ANCHOR_RATING + POINTS_PER_NAT * np.quantile(theta, [0.025, 0.975], axis=0)
        covariance = np.cov(theta.T).reshape(n, n)
        flat = high - low <= 1e-9
        low, high = np.where(flat, np.nan, low), np.where(flat, np.nan, high)
    rank_low, rank_high = rank_ranges(ratings.theta, covariance, ratings.critical_value)
    return replace(
        ratings,
        low=low,
        high=high,
        covariance=covariance,
        rank_low=rank_low,
        rank_high=rank_high,
        notes=tuple(notes),
        reasons=tuple("" for _ in ratings.names),
        interval_method="percentile bootstrap over "
        + ("prompts" if "prompt" in ratings.interval_method else "matches"),
    )
