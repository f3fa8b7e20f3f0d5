"""Items drawn by whole prompts: the interval that every figure of agreement has.

Expanded percentiles: Hesterberg (2015), The American Statistician 69:371-386, section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranking.arrays import FloatArray, IndexArray
from ranking.errors import InvalidMatchesError
from ranking.intervals import student_quantile
from ranking.ratings import MIN_PROMPTS
from ranking.scores import dense_labels

N_ROUNDS = 1000


@dataclass(frozen=True, eq=False)
class Agreement:
    """A figure of agreement with its 95 % interval over drawn prompts.

    `value` is NaN, and `note` says why, where the figure is not defined; `n_items` are the items that
    counted, `n_prompts` the clusters drawn; without enough of them there is no interval.
    """

    value: float
    low: float
    high: float
    n_items: int
    n_prompts: int
    note: str = ""


@dataclass(frozen=True, eq=False)
class Places:
    """The levels in order, and where each value stands."""

    levels: NDArray[np.generic]

    @classmethod
    def of(cls, values: NDArray[np.generic], levels: Sequence[object] | None) -> Places:
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
class Drawn:
    """Items in clusters, either summed to a table each (`tables`) or kept as rows (`rows`)."""

    tables: FloatArray | None
    rows: NDArray[np.generic] | None
    members: list[IndexArray]

    @classmethod
    def by_item(cls, code: IndexArray, n_codes: int, prompt_id: ArrayLike | None) -> Drawn:
        g, size = _clusters(len(code), prompt_id)
        tables = np.bincount(g * n_codes + code, minlength=size * n_codes).reshape(size, n_codes)
        tables = tables[tables.any(axis=1)]
        return cls(tables.astype(np.float64), None, [np.zeros(0, dtype=np.intp)] * len(tables))

    @classmethod
    def of_rows(cls, rows: NDArray[np.generic], prompt_id: ArrayLike | None) -> Drawn:
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
        tail = _tail(n_clusters)
        low, high = np.quantile(drawn, [tail, 1 - tail])
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


def _tail(n_clusters: int) -> float:
    """Give the share of draws to leave out at each end: under 2.5 %, as few clusters spread too little."""
    from scipy.special import ndtr

    critical = float(student_quantile(n_clusters - 1.0)) * np.sqrt(n_clusters / (n_clusters - 1))
    return float(ndtr(-critical))


def _clusters(n_items: int, prompt_id: ArrayLike | None) -> tuple[IndexArray, int]:
    labels = np.arange(n_items) if prompt_id is None else np.asarray(prompt_id)
    if labels.shape != (n_items,):
        raise InvalidMatchesError(f"prompt_id must have shape ({n_items},), not {labels.shape}")
    return dense_labels(labels)
