"""Agreement of raters beyond chance: kappas and alpha, each with a prompt-clustered interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ranking.arrays import FloatArray
from ranking.errors import InvalidMatchesError
from ranking.prompt_bootstrap import N_ROUNDS, Agreement, Drawn, Places

Weights = Literal["unweighted", "linear", "quadratic"]
Measurement = Literal["nominal", "ordinal", "interval", "ratio"]


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
    places = Places.of(np.concatenate([a, b]), levels)
    x, y, k = places.of_values(a), places.of_values(b), places.n_levels
    tables = Drawn.by_item(x * k + y, k * k, prompt_id)
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
    return Drawn.of_rows(table, prompt_id).measure(kappa, len(table), rng, n_rounds, why)


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
    places = Places.of(present, levels)
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
    drawn = Drawn.of_rows(counts.astype(np.int64), prompt_id)
    return drawn.measure(alpha, int(pairable.sum()), rng, n_rounds, why)
