"""Weighted means of contestants with one covariance: what win rate and mean level share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ranking.arrays import FloatArray, IndexArray, sum_by
from ranking.blas import one_blas_thread
from ranking.intervals import MIN_VARIANCE, student_quantile
from ranking.ranks import rank_ranges
from ranking.ratings import MIN_PROMPTS, Ratings
from ranking.scores import dense_labels


@dataclass(frozen=True, eq=False)
class Side:
    """One value a row, of the contestant at that row; each of shape (n_rows,). `weight` None: one each."""

    who: IndexArray
    value: FloatArray
    weight: FloatArray | None

    def total(self, n: int) -> FloatArray:
        return sum_by(self.who, self.weight, n)

    def weighted(self, values: FloatArray) -> FloatArray:
        return values if self.weight is None else self.weight * values


def rate_contestants(
    names: tuple[str, ...],
    sides: Sequence[Side],
    cluster: NDArray[np.generic],
    *,
    n_matches: FloatArray,
    method: str,
    clustered_by: Literal["match", "prompt", "response"],
    unit: str,
) -> Ratings:
    """Give each contestant's weighted mean over the rows of all sides, which have one cluster a row.

    The covariance sums, per cluster, w (value - mean) / sum of w; factor G/(G-1), t with G-1 degrees.
    """
    n = len(names)
    total = np.sum([side.total(n) for side in sides], axis=0)
    points = np.sum([sum_by(side.who, side.weighted(side.value), n) for side in sides], axis=0)
    safe = np.where(total > 0, total, 1.0)
    mean = np.where(total > 0, points / safe, np.nan)
    with one_blas_thread(n):
        spread = _spread(sides, mean, safe, cluster)
    critical = float(student_quantile(spread.n_clusters - 1.0))
    half_width = critical * np.sqrt(np.diagonal(spread.covariance))
    rank_low, rank_high = rank_ranges(mean, spread.covariance, critical)
    return Ratings(
        names=names,
        theta=mean,
        covariance=spread.covariance,
        rating=mean.copy(),
        low=mean - half_width,
        high=mean + half_width,
        rank_low=rank_low,
        rank_high=rank_high,
        n_matches=n_matches,
        component=np.zeros(n, dtype=np.intp),
        notes=_notes(names, total, spread.too_few, clustered_by),
        reasons=_reasons(total, spread.too_few, clustered_by),
        method=method,
        interval_method=f"linearised, clustered by {clustered_by}, G/(G-1), Student t with G-1 degrees",
        unit=unit,
        critical_value=critical,
        degrees_of_freedom=spread.n_clusters - 1.0,
        n_prompts=spread.n_clusters,
    )


@dataclass(frozen=True, eq=False)
class _Spread:
    """Covariance of the means, NaN where there is no interval, and who has too few clusters for one."""

    covariance: FloatArray
    too_few: NDArray[np.bool_]
    n_clusters: int


def _spread(
    sides: Sequence[Side], mean: FloatArray, total: FloatArray, cluster: NDArray[np.generic]
) -> _Spread:
    """Sum the influences by cluster."""
    n = len(mean)
    index, size = dense_labels(cluster) if len(cluster) else (np.zeros(0, dtype=np.int64), 0)
    scores, met = np.zeros((size, n)), np.zeros((size, n), dtype=bool)
    for side in sides:
        place = index * n
        place += side.who
        influence = side.value - mean[side.who]
        influence /= total[side.who]
        if side.weight is not None:  # who has rows of no weight only, has no mean
            influence = np.where(side.weight > 0, side.weight * influence, 0.0)
        met.reshape(-1)[place if side.weight is None else place[side.weight > 0]] = True
        scores += sum_by(place, influence, size * n).reshape(size, n)
    n_clusters = int(met.any(axis=1).sum())
    too_few = met.sum(axis=0) < MIN_PROMPTS
    factor = n_clusters / (n_clusters - 1) if n_clusters > 1 else np.nan
    covariance: FloatArray = factor * (scores.T @ scores)
    flat = too_few | (np.diagonal(covariance) <= MIN_VARIANCE)
    return _Spread(np.where(flat[:, None] | flat[None, :], np.nan, covariance), too_few, n_clusters)


def _reasons(total: FloatArray, too_few: NDArray[np.bool_], clustered_by: str) -> tuple[str, ...]:
    few = f"too few {_plural(clustered_by)} for an interval"
    return tuple(
        "it has no match" if t == 0 else few if f else "" for t, f in zip(total, too_few, strict=True)
    )


def _plural(clustered_by: str) -> str:
    return "matches" if clustered_by == "match" else f"{clustered_by}s"


def _notes(
    names: tuple[str, ...], total: FloatArray, few: NDArray[np.bool_], clustered_by: str
) -> tuple[str, ...]:
    if not total.any():
        return ("There is nothing to rate: no row has a weight above 0.",)
    notes = [f"{names[i]} has no match." for i in np.flatnonzero(total == 0)]
    missing = [names[i] for i in np.flatnonzero(few & (total > 0))]
    if missing:
        what = _plural(clustered_by)
        notes.append(
            f"No interval for {', '.join(missing)}: too few {what}, an interval needs {MIN_PROMPTS}."
        )
    return tuple(notes)
