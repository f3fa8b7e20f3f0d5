"""Which pairs to compare next, how many matches each undecided pair still needs, and when to stop.

A match between k and l adds v x x' to the information, with x = e_k - e_l and v = p (1 - p) over the
design effect (how much wider the clustered covariance is than the inverse information), so the variance
of theta_i - theta_j falls by v (c' C x)^2 / (1 + v x' C x): Sherman and Morrison (1950), Annals of
Mathematical Statistics 21:124-127.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ranking.arrays import FloatArray, IndexArray, invert, sum_by
from ranking.blas import one_blas_thread
from ranking.cells import Terms, sum_cells
from ranking.errors import InvalidMatchesError
from ranking.gram import laplacian
from ranking.matches import Matches
from ranking.ranks import difference_error
from ranking.ratings import Ratings
from ranking.ties import sigmoid

MAX_CANDIDATES = 2000  # pairs that are weighed; of more contestants, only pairs of near rank
MAX_AT_ONCE = 2_000_000
PRIOR_PRECISION = 0.1  # per nat squared: lets contestants with few or no matches be planned for


@dataclass(frozen=True, eq=False)
class NextPair:
    """So many more matches between two contestants.

    `gain` is the expected fall, per cost, of the number of pairs in the wrong order, by the first match of
    the pair.
    """

    a: str
    b: str
    n_matches: int
    gain: float


@dataclass(frozen=True, eq=False)
class UndecidedPair:
    """Neighbours that the intervals do not tell apart.

    `n_matches_needed` direct matches would, at the present difference, make the interval of the
    difference leave out zero (infinite where the difference is zero); `cost` is that number times the
    cost of a match.
    """

    a: str
    b: str
    difference: float
    n_matches_needed: float
    cost: float


@dataclass(frozen=True, eq=False)
class Plan:
    """What to compare next and what is still undecided, both best first."""

    next_pairs: tuple[NextPair, ...]
    undecided: tuple[UndecidedPair, ...]


def plan_next_pairs(
    matches: Matches,
    ratings: Ratings,
    *,
    n_matches: int = 20,
    batch: int = 1,
    cost_per_match: float | FloatArray = 1.0,
    critical_value: float | None = None,
) -> Plan:
    """Choose the pairs whose matches best separate those that are not told apart yet.

    Parameters
    ----------
    matches, ratings
        The matches so far and their Bradley-Terry fit.
    n_matches : int
        Matches to plan, `batch` of them at a time; the covariance is updated after each batch.
    cost_per_match : float or array of shape (n_contestants, n_contestants)
        In any unit; gains are compared per cost.
    critical_value : float or None
        Standard errors that decide a pair (None: that of the ratings; see `always_valid_critical_value`).
    """
    n = len(ratings.names)
    if n < 2:
        return Plan((), ())
    cost = np.broadcast_to(np.asarray(cost_per_match, dtype=np.float64), (n, n))
    if not (cost > 0).all():
        raise InvalidMatchesError("cost_per_match must be above 0")
    with one_blas_thread(n):
        state = _State.of(matches, ratings, critical_value)
        undecided = _undecided(state, ratings, cost)
        chosen = _choose(state, _Candidates.of(state.theta, cost), ratings.names, n_matches, batch)
    return Plan(chosen, tuple(sorted(undecided, key=lambda pair: pair.n_matches_needed)))


def _choose(
    state: _State, pairs: _Candidates, names: tuple[str, ...], n_matches: int, batch: int
) -> tuple[NextPair, ...]:
    """Take the best pair again and again, as if its matches had been seen."""
    chosen: dict[tuple[int, int], NextPair] = {}
    for _ in range(-(-n_matches // batch)):
        gain = _gains(state, pairs)
        best = int(np.argmax(gain))
        i, j = int(pairs.a[best]), int(pairs.b[best])
        if not gain[best] > 0:
            break
        first = chosen.get((i, j), NextPair(names[i], names[j], 0, float(gain[best])))
        chosen[i, j] = replace(first, n_matches=first.n_matches + batch)
        state = state.after(i, j, batch)
    return tuple(sorted(chosen.values(), key=lambda pair: -pair.gain))


def always_valid_critical_value(n_prompts: float, planned_prompts: float, *, alpha: float = 0.05) -> float:
    """Give the standard errors that an interval needs to hold at every look at once.

    Parameters
    ----------
    n_prompts : float
        Prompts seen at this look.
    planned_prompts : float
        Where the interval shall be narrowest; fixed before the first look.
    alpha : float
        Chance of ever being wrong; divide it by the number of pairs watched.

    References
    ----------
    Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), Annals of Statistics 52:2613-2640, eq. 5, with
    rho as in their appendix B.2.
    """
    if not (n_prompts > 0 and planned_prompts > 0 and 0 < alpha < 1):
        raise InvalidMatchesError("prompts must be above 0 and alpha between 0 and 1")
    rho2 = (-2 * np.log(alpha) + np.log(-2 * np.log(alpha)) + 1) / planned_prompts
    t = n_prompts * rho2
    return float(np.sqrt(2 * (t + 1) / t * np.log(np.sqrt(t + 1) / alpha)))


def decided_neighbours(ratings: Ratings, *, planned_prompts: float, alpha: float = 0.05) -> tuple[bool, ...]:
    """Tell, for each two neighbours from best to worst, whether their order is settled.

    Valid under repeated looks: the chance that any false order is ever declared is at most `alpha`,
    shared among all pairs. Stop when all are true.
    """
    n = len(ratings.names)
    order = _order(ratings.theta)
    if len(order) < 2 or ratings.n_prompts < 1:
        return (False,) * max(len(order) - 1, 0)
    share = alpha / (n * (n - 1) / 2)
    critical = always_valid_critical_value(ratings.n_prompts, planned_prompts, alpha=share)
    error = difference_error(ratings.covariance)
    upper, lower = order[:-1], order[1:]
    gap = ratings.theta[upper] - ratings.theta[lower]
    with np.errstate(invalid="ignore"):
        return tuple(bool(x) for x in gap > critical * error[upper, lower])


@dataclass(frozen=True, eq=False)
class _State:
    """Strengths, their planned covariance, the design effect, and the undecided neighbours."""

    theta: FloatArray
    covariance: FloatArray
    design_effect: float
    critical: float
    upper: IndexArray
    lower: IndexArray

    @classmethod
    def of(cls, matches: Matches, ratings: Ratings, critical_value: float | None) -> _State:
        n = len(ratings.names)
        theta = np.nan_to_num(ratings.theta, nan=0.0)
        cells = sum_cells(matches, Terms())
        p = sigmoid(theta[cells.a] - theta[cells.b])
        weight = sum_by(cells.a * n + cells.b, cells.weight * p * (1 - p), n * n)
        inverse = invert(laplacian(weight, n) + PRIOR_PRECISION * np.eye(n))
        effect = _design_effect(ratings, inverse)
        critical = critical_value if critical_value is not None else ratings.critical_value
        critical = critical if np.isfinite(critical) else 1.96
        order = _order(ratings.theta)
        order = np.concatenate([order, np.setdiff1d(np.arange(n), order)])
        upper, lower = order[:-1], order[1:]
        error = difference_error(inverse * effect)[upper, lower]
        open_ = np.abs(theta[upper] - theta[lower]) <= critical * error
        return cls(theta, inverse * effect, effect, critical, upper[open_], lower[open_])

    def after(self, i: int, j: int, n_matches: int) -> _State:
        """Give the state after that many more matches between i and j."""
        p = float(sigmoid(np.array(self.theta[i] - self.theta[j])))
        v = n_matches * p * (1 - p) / self.design_effect
        column = self.covariance[:, i] - self.covariance[:, j]
        shrunk = self.covariance - v * np.outer(column, column) / (1 + v * (column[i] - column[j]))
        return _State(self.theta, shrunk, self.design_effect, self.critical, self.upper, self.lower)


def _order(theta: FloatArray) -> IndexArray:
    """Positions from best to worst, those without a strength left out."""
    order = np.argsort(-theta, kind="stable")
    return order[~np.isnan(theta[order])]


def _design_effect(ratings: Ratings, inverse: FloatArray) -> float:
    """Median ratio of the differences' variance to what independent matches would have, at least 1."""
    error = difference_error(ratings.covariance)
    upper = np.triu(np.isfinite(error), 1)
    if not upper.any():
        return 1.0
    return max(1.0, float(np.median(error[upper] ** 2 / difference_error(inverse)[upper] ** 2)))


@dataclass(frozen=True, eq=False)
class _Candidates:
    """Pairs that may be chosen, `a` < `b`, and the cost of a match of each."""

    a: IndexArray
    b: IndexArray
    cost: FloatArray

    @classmethod
    def of(cls, theta: FloatArray, cost: FloatArray) -> _Candidates:
        """Give all pairs; among very many contestants, those few ranks apart."""
        n = len(theta)
        reach = n - 1 if n * (n - 1) // 2 <= MAX_CANDIDATES else max(1, MAX_CANDIDATES // n)
        order = np.argsort(-theta, kind="stable")
        place = [np.arange(n - apart) for apart in range(1, reach + 1)]
        upper = order[np.concatenate(place)]
        lower = order[np.concatenate([p + apart for apart, p in enumerate(place, start=1)])]
        a, b = np.minimum(upper, lower), np.maximum(upper, lower)
        return cls(a, b, cost[a, b])


def _gains(state: _State, pairs: _Candidates) -> FloatArray:
    """Give the expected fall, by one match of each pair, of the number of pairs in the wrong order.

    Summed over the pairs that are not told apart. A pair of difference d and standard error s is in the
    wrong order with chance Phi(-|d| / s); for |d| its mean is taken, with the true difference normal about
    the estimate, so pairs at zero still count.
    """
    from scipy.special import ndtr

    p = sigmoid(state.theta[pairs.a] - state.theta[pairs.b])
    v = p * (1 - p) / state.design_effect
    error = difference_error(state.covariance)[pairs.a, pairs.b]
    share = v / (1 + v * error**2)
    difference = np.abs(state.theta[pairs.a] - state.theta[pairs.b])
    is_open = np.flatnonzero((difference <= state.critical * error) & (error > 0))
    gain = np.zeros(len(p))
    at_once = max(1, MAX_AT_ONCE // max(1, len(p)))
    for begin in range(0, len(is_open), at_once):
        some = is_open[begin : begin + at_once]
        column = state.covariance[pairs.a[some]] - state.covariance[pairs.b[some]]
        fall = share * (column[:, pairs.a] - column[:, pairs.b]) ** 2
        after = np.sqrt(np.maximum(error[some, None] ** 2 - fall, 1e-12))
        expected = _mean_absolute(difference[some], error[some])
        gain += (ndtr(-expected / error[some])[:, None] - ndtr(-expected[:, None] / after)).sum(axis=0)
    return gain / pairs.cost


def _mean_absolute(mean: FloatArray, error: FloatArray) -> FloatArray:
    """Give the mean of |X| for normal X (the folded normal)."""
    from scipy.special import ndtr

    ratio = mean / error
    return np.asarray(error * np.sqrt(2 / np.pi) * np.exp(-0.5 * ratio**2) + mean * (1 - 2 * ndtr(-ratio)))


def _undecided(state: _State, ratings: Ratings, cost: FloatArray) -> list[UndecidedPair]:
    result = []
    for i, j in zip(state.upper, state.lower, strict=True):
        difference = abs(float(state.theta[i] - state.theta[j]))
        c = state.covariance
        variance = float(c[i, i] + c[j, j] - 2 * c[i, j])
        p = float(sigmoid(np.array(difference)))
        needed = np.inf
        if difference > 0:
            target = (difference / state.critical) ** 2
            needed = float(
                np.ceil(max(0.0, (1 / target - 1 / variance) * state.design_effect / (p * (1 - p))))
            )
        result.append(
            UndecidedPair(ratings.names[i], ratings.names[j], difference, needed, needed * float(cost[i, j]))
        )
    return result
