"""Agreement between raters: kappas, alpha and rank correlations, each with a prompt-clustered interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranking.arrays import FloatArray, IndexArray
from ranking.errors import InvalidMatchesError
from ranking.ratings import MIN_PROMPTS
from ranking.scores import dense_labels

N_ROUNDS = 1000
Weights = Literal["unweighted", "linear", "quadratic"]
Measurement = Literal["nominal", "ordinal", "interval", "ratio"]


@dataclass(frozen=True, eq=False)
class Agreement:
    """A figure of agreement with its 95 % percentile interval over drawn prompts.

    `value` is NaN, and `note` says why, where the figure is not defined; `n_items` are the items that
    counted, `n_prompts` the clusters drawn; without enough of them there is no interval.
    """

    value: float
    low: float
    high: float
    n_items: int
    n_prompts: int
    note: str = ""


def cohen_kappa(
    first: ArrayLike,
    second: ArrayLike,
    *,
    weights: Weights = "unweighted",
    levels: Sequence[object] | None = None,
    prompt_id: ArrayLike | None = None,
    rng: np.random.Generator,
    n_rounds: int = N_ROUNDS,
) -> Agreement:
    """Agreement of two raters beyond chance.

    Parameters
    ----------
    first, second : arrays of shape (n_items,)
        Labels. Leave out items that either did not rate.
    weights : {"unweighted", "linear", "quadratic"}
        Disagreement by the distance of the levels' places in `levels`.
    levels : sequence or None
        Every level, in order. None takes those that occur, sorted, as R's irr does: a level nobody used
        then brings its neighbours closer, so a rubric's levels should be given.
    prompt_id : array or None
        Items with equal values are drawn together.

    References
    ----------
    Cohen (1960), Educational and Psychological Measurement 20:37-46; (1968), Psychological Bulletin
    70:213-220.
    """
    a, b = np.asarray(first), np.asarray(second)
    if a.shape != b.shape or a.ndim != 1:
        raise InvalidMatchesError(f"both raters need one label an item: {a.shape} and {b.shape}")
    places = _Places.of(np.concatenate([a, b]), levels)
    x, y, k = places.of_values(a), places.of_values(b), places.n_levels
    tables = _Drawn.by_item(x * k + y, k * k, prompt_id)
    distance = np.abs(np.arange(k)[:, None] - np.arange(k)[None, :]).astype(np.float64)
    cost = {"unweighted": (distance > 0) * 1.0, "linear": distance, "quadratic": distance**2}[weights]

    def kappa(table: FloatArray) -> float:
        counts = table.reshape(k, k)
        total = counts.sum()
        if total == 0:
            return np.nan
        expected = float((np.outer(counts.sum(axis=1), counts.sum(axis=0)) * cost).sum() / total)
        return 1 - float((counts * cost).sum()) / expected if expected > 0 else np.nan

    return tables.measure(kappa, len(a), rng, n_rounds, "every label is the same: kappa is not defined")


def fleiss_kappa(
    counts: ArrayLike,
    *,
    prompt_id: ArrayLike | None = None,
    rng: np.random.Generator,
    n_rounds: int = N_ROUNDS,
) -> Agreement:
    """Agreement of several raters beyond chance.

    Parameters
    ----------
    counts : array of shape (n_items, n_levels)
        How many raters gave each level; every item by equally many, at least 2.

    References
    ----------
    Fleiss (1971), Psychological Bulletin 76:378-382.
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2:
        raise InvalidMatchesError(f"counts must have shape (n_items, n_levels), not {table.shape}")
    n_raters = table.sum(axis=1)
    if len(table) and (n_raters.min() != n_raters.max() or n_raters[0] < 2):
        raise InvalidMatchesError("Fleiss' kappa needs equally many raters, at least 2, for every item")

    def kappa(rows: FloatArray) -> float:
        if not len(rows):
            return np.nan
        m = rows[0].sum()
        observed = float(((rows**2).sum(axis=1) - m).mean() / (m * (m - 1)))
        chance = float(((rows.sum(axis=0) / rows.sum()) ** 2).sum())
        return (observed - chance) / (1 - chance) if chance < 1 else np.nan

    why = "every label is the same: kappa is not defined"
    return _Drawn.of_rows(table, prompt_id).measure(kappa, len(table), rng, n_rounds, why)


def krippendorff_alpha(
    ratings: ArrayLike,
    *,
    measurement: Measurement = "nominal",
    levels: Sequence[float] | None = None,
    prompt_id: ArrayLike | None = None,
    rng: np.random.Generator,
    n_rounds: int = 200,
) -> Agreement:
    """Agreement of any number of raters with ratings missing, by the `krippendorff` package.

    Parameters
    ----------
    ratings : array of shape (n_raters, n_items)
        NaN where a rater did not rate an item.
    levels : sequence or None
        Every level in order; None takes those that occur.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability.
    """
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2:
        raise InvalidMatchesError(f"ratings must have shape (n_raters, n_items), not {table.shape}")
    present = table[~np.isnan(table)]
    places = _Places.of(present, levels)
    domain = np.asarray(places.levels, dtype=np.float64)
    counts = (table[:, :, None] == domain[None, None, :]).sum(axis=0)
    pairable = counts.sum(axis=1) >= 2

    def alpha(rows: FloatArray) -> float:
        import krippendorff

        rows = rows[rows.sum(axis=1) >= 2]
        if (rows.sum(axis=0) > 0).sum() < 2:
            return np.nan
        return float(
            krippendorff.alpha(value_counts=rows, value_domain=domain, level_of_measurement=measurement)
        )

    why = "fewer than two levels among items that two raters share: alpha is not defined"
    drawn = _Drawn.of_rows(counts.astype(np.int64), prompt_id)
    return drawn.measure(alpha, int(pairable.sum()), rng, n_rounds, why)


def kendall_tau(
    first: ArrayLike,
    second: ArrayLike,
    *,
    prompt_id: ArrayLike | None = None,
    rng: np.random.Generator,
    n_rounds: int = N_ROUNDS,
) -> Agreement:
    """Rank correlation tau-b, corrected for ties.

    References
    ----------
    Kendall (1945), Biometrika 33:239-251.
    """
    return _correlation("kendalltau", first, second, prompt_id, rng, n_rounds)


def pearson_r(
    first: ArrayLike,
    second: ArrayLike,
    *,
    prompt_id: ArrayLike | None = None,
    rng: np.random.Generator,
    n_rounds: int = N_ROUNDS,
) -> Agreement:
    """Linear correlation of the values.

    References
    ----------
    Pearson (1895), Proceedings of the Royal Society of London 58:240-242.
    """
    return _correlation("pearsonr", first, second, prompt_id, rng, n_rounds)


def spearman_rho(
    first: ArrayLike,
    second: ArrayLike,
    *,
    prompt_id: ArrayLike | None = None,
    rng: np.random.Generator,
    n_rounds: int = N_ROUNDS,
) -> Agreement:
    """Correlation of mid-ranks.

    References
    ----------
    Spearman (1904), American Journal of Psychology 15:72-101.
    """
    return _correlation("spearmanr", first, second, prompt_id, rng, n_rounds)


def _correlation(
    name: Literal["kendalltau", "pearsonr", "spearmanr"],
    first: ArrayLike,
    second: ArrayLike,
    prompt_id: ArrayLike | None,
    rng: np.random.Generator,
    n_rounds: int,
) -> Agreement:
    from scipy import stats

    pairs = np.stack([np.asarray(first, np.float64), np.asarray(second, np.float64)], axis=1)
    if np.isnan(pairs).any():
        raise InvalidMatchesError("a value is missing (NaN): leave such items out, and count them")

    def correlate(rows: FloatArray) -> float:
        x, y = rows.T
        if len(rows) < 2 or (x == x[0]).all() or (y == y[0]).all():
            return np.nan
        return float(getattr(stats, name)(x, y).statistic)

    why = "one side never varies, or there are fewer than two items"
    return _Drawn.of_rows(pairs, prompt_id).measure(correlate, len(pairs), rng, n_rounds, why)


@dataclass(frozen=True, eq=False)
class _Places:
    """The levels in order, and where each value stands."""

    levels: NDArray[np.generic]

    @classmethod
    def of(cls, values: NDArray[np.generic], levels: Sequence[object] | None) -> _Places:
        if levels is None:
            return cls(np.unique(values))
        given = np.asarray(levels)
        unknown = np.setdiff1d(values, given)
        if len(unknown):
            raise InvalidMatchesError(f"values outside the levels: {', '.join(map(str, unknown[:5]))}")
        return cls(given)

    @property
    def n_levels(self) -> int:
        return len(self.levels)

    def of_values(self, values: NDArray[np.generic]) -> IndexArray:
        order = np.argsort(self.levels)
        return order[np.searchsorted(self.levels, values, sorter=order)]


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Items in clusters, either summed to a table each (`tables`) or kept as rows (`rows`)."""

    tables: FloatArray | None
    rows: NDArray[np.generic] | None
    members: list[IndexArray]

    @classmethod
    def by_item(cls, code: IndexArray, n_codes: int, prompt_id: ArrayLike | None) -> _Drawn:
        g, size = _clusters(len(code), prompt_id)
        tables = np.bincount(g * n_codes + code, minlength=size * n_codes).reshape(size, n_codes)
        tables = tables[tables.any(axis=1)]
        return cls(tables.astype(np.float64), None, [np.zeros(0, dtype=np.intp)] * len(tables))

    @classmethod
    def of_rows(cls, rows: NDArray[np.generic], prompt_id: ArrayLike | None) -> _Drawn:
        g, size = _clusters(len(rows), prompt_id)
        split = np.split(np.argsort(g, kind="stable"), np.cumsum(np.bincount(g, minlength=size))[:-1])
        return cls(None, rows, [part for part in split if len(part)])

    def measure(
        self,
        figure: Callable[[FloatArray], float],
        n_items: int,
        rng: np.random.Generator,
        n_rounds: int,
        why_not: str,
    ) -> Agreement:
        """Give the figure of all items, and its percentiles over drawn clusters."""
        n_clusters = len(self.members)
        if n_clusters == 0:
            return Agreement(np.nan, np.nan, np.nan, 0, 0, "there are no items")
        value = figure(self._all())
        if np.isnan(value):
            return Agreement(value, np.nan, np.nan, n_items, n_clusters, why_not)
        if n_clusters < MIN_PROMPTS:
            return Agreement(value, np.nan, np.nan, n_items, n_clusters, "too few prompts for an interval")
        drawn = np.array(
            [figure(self._draw(rng.integers(0, n_clusters, n_clusters))) for _ in range(n_rounds)]
        )
        drawn = drawn[~np.isnan(drawn)]
        if len(drawn) < n_rounds / 2:
            note = "most bootstrap rounds have no figure: no interval"
            return Agreement(value, np.nan, np.nan, n_items, n_clusters, note)
        low, high = np.quantile(drawn, [0.025, 0.975])
        if high - low <= 1e-12:
            note = "the interval would have no width"
            return Agreement(value, np.nan, np.nan, n_items, n_clusters, note)
        n_lost = n_rounds - len(drawn)
        note = f"{n_lost} bootstrap rounds had no figure and are left out" if n_lost else ""
        return Agreement(value, float(low), float(high), n_items, n_clusters, note)

    def _all(self) -> FloatArray:
        if self.tables is not None:
            return np.asarray(self.tables.sum(axis=0))
        return np.asarray(self.rows)

    def _draw(self, clusters: IndexArray) -> FloatArray:
        if self.tables is not None:
            times = np.bincount(clusters, minlength=len(self.tables))
            return np.asarray(times @ self.tables)
        assert self.rows is not None
        return np.asarray(self.rows[np.concatenate([self.members[c] for c in clusters])])


def _clusters(n_items: int, prompt_id: ArrayLike | None) -> tuple[IndexArray, int]:
    labels = np.arange(n_items) if prompt_id is None else np.asarray(prompt_id)
    if labels.shape != (n_items,):
        raise InvalidMatchesError(f"prompt_id must have shape ({n_items},), not {labels.shape}")
    return dense_labels(labels)
