"""Shares and mean differences over matches that come in clusters: one prompt, many matches.

A ratio's variance is the jackknife's over prompts: Cochran (1977), Sampling Techniques, 6.17. The interval of
a share is Wilson's (1927, JASA 22:209-212) with the effective number of items, as Korn and Graubard
(1998), Survey Methodology 24:193-201, do for Clopper and Pearson's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranking.arrays import FloatArray, sum_by
from ranking.errors import InvalidMatchesError
from ranking.ratings import MIN_PROMPTS
from ranking.scores import dense_labels

MAX_EXACT = 2_000_000  # entries of prompts x reachable sums under which the sign-flip test is enumerated


@dataclass(frozen=True)
class Clustered:
    """A figure over `n_items` items of `n_prompts` prompts, with its 95 % interval.

    `low` and `high` are NaN, and `note` says why, where there is no interval; `p_value` is two-sided
    against the null value, NaN where there is none.
    """

    value: float
    low: float
    high: float
    p_value: float
    n_items: int
    n_prompts: int
    note: str = ""


def clustered_share(is_hit: ArrayLike, prompt_id: ArrayLike, *, null: float | None = None) -> Clustered:
    """Give the share of hits among items.

    Parameters
    ----------
    is_hit : array of shape (n_items,)
        Each in [0, 1]; a half counts as half a hit.
    prompt_id : array of shape (n_items,)
    null : float or None
        Share to test against.
    """
    hits = np.asarray(is_hit, dtype=np.float64)
    sums = _sums(hits, np.ones_like(hits), prompt_id)
    if sums is None:
        return _nothing()
    value, n = sums.ratio, len(hits)
    p_value = np.nan if null is None else sums.p_value(null)
    if sums.n_prompts < MIN_PROMPTS:
        return Clustered(value, np.nan, np.nan, np.nan, n, sums.n_prompts, "too few prompts for an interval")
    variance = sums.variance()
    spread = value * (1 - value)
    effective = min(float(n), spread / variance) if variance > 0 and spread > 0 else float(sums.n_prompts)
    low, high = _wilson(value, effective, sums.critical)
    return Clustered(value, low, high, p_value, n, sums.n_prompts)


def clustered_ratio(
    top: ArrayLike, bottom: ArrayLike, prompt_id: ArrayLike, *, null: float | None = 0.0
) -> Clustered:
    """Give sum(top) / sum(bottom), with `bottom` of ones the mean of `top`.

    Parameters
    ----------
    top, bottom, prompt_id : arrays of shape (n_items,)
    null : float or None
        Value to test against; the variance of the test is taken there.
    """
    x, y = np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64)
    sums = _sums(x, y, prompt_id)
    if sums is None:
        return _nothing()
    value, n = sums.ratio, len(x)
    if sums.n_prompts < MIN_PROMPTS:
        return Clustered(value, np.nan, np.nan, np.nan, n, sums.n_prompts, "too few prompts for an interval")
    p_value = np.nan if null is None else sums.p_value(null)
    half = sums.critical * float(np.sqrt(sums.variance()))
    if half <= 1e-12:
        note = "the interval would have no width"
        return Clustered(value, np.nan, np.nan, p_value, n, sums.n_prompts, note)
    return Clustered(value, value - half, value + half, p_value, n, sums.n_prompts)


def sign_flip_p(sums: ArrayLike) -> float:
    """Two-sided p of whole numbers, one a prompt, being symmetric about zero.

    Every way of turning their signs is equally likely under the null, whatever happens within a prompt; the
    p is exact (Fisher 1935, The Design of Experiments, section 21), or normal where too many sums are
    reachable. NaN where every number is zero.
    """
    size = np.abs(np.asarray(sums, dtype=np.int64))
    observed = abs(int(np.asarray(sums, dtype=np.int64).sum()))
    size = size[size > 0]
    if not len(size):
        return float("nan")
    reach = int(size.sum())
    if len(size) * (2 * reach + 1) > MAX_EXACT * 50:
        from scipy.special import ndtr

        return float(2 * ndtr(-observed / np.sqrt(float((size**2).sum()))))
    chance = np.zeros(2 * reach + 1)
    chance[reach] = 1.0
    for step in size:
        moved = np.zeros_like(chance)
        moved[step:] += 0.5 * chance[:-step]
        moved[:-step] += 0.5 * chance[step:]
        chance = moved
    far = np.abs(np.arange(-reach, reach + 1)) >= observed
    return float(min(1.0, chance[far].sum()))


def binomial_p(n_first: int, n_second: int) -> float:
    """Two-sided exact p of an even chance, as if every item were independent; NaN without items."""
    from scipy.special import bdtr

    n = n_first + n_second
    return min(1.0, 2 * float(bdtr(min(n_first, n_second), n, 0.5))) if n else float("nan")


def holm_adjust(p_values: ArrayLike) -> FloatArray:
    """Adjust p values so that the chance of any false finding stays at the level; NaN stays NaN.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6:65-70.
    """
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full_like(p, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = p[order] * (len(order) - np.arange(len(order)))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps)) if len(order) else steps
    return adjusted


@dataclass(frozen=True, eq=False)
class _Sums:
    """Numerators and denominators summed by prompt, shape (n_prompts,)."""

    top: FloatArray
    bottom: FloatArray

    @property
    def n_prompts(self) -> int:
        return len(self.top)

    @property
    def ratio(self) -> float:
        return float(self.top.sum() / self.bottom.sum())

    @property
    def critical(self) -> float:
        from scipy.special import stdtrit

        return float(stdtrit(self.n_prompts - 1, 0.975))

    def variance(self) -> float:
        """Jackknife over prompts; where one prompt holds all, its linear form."""
        g, left = self.n_prompts, self.bottom.sum() - self.bottom
        if (left > 0).all():
            without = (self.top.sum() - self.top) / left
            return float((g - 1) / g * ((without - self.ratio) ** 2).sum())
        rest = self.top - self.ratio * self.bottom
        return float(g / (g - 1) * (rest @ rest) / self.bottom.sum() ** 2)

    def p_value(self, null: float) -> float:
        from scipy.special import stdtr

        if self.n_prompts < MIN_PROMPTS:
            return float("nan")
        rest = self.top - null * self.bottom
        g = self.n_prompts
        spread = float(rest @ rest) * g / (g - 1)
        if spread <= 0:
            return float("nan")
        return float(2 * stdtr(g - 1, -abs(float(rest.sum())) / np.sqrt(spread)))


def _sums(top: FloatArray, bottom: FloatArray, prompt_id: ArrayLike) -> _Sums | None:
    labels: NDArray[np.generic] = np.asarray(prompt_id)
    if not top.shape == bottom.shape == labels.shape or top.ndim != 1:
        raise InvalidMatchesError(f"one value and one prompt an item: {top.shape} and {labels.shape}")
    if not (np.isfinite(top).all() and np.isfinite(bottom).all()):
        raise InvalidMatchesError("a value is not finite: leave such items out, and count them")
    if not len(top) or not bottom.sum() > 0:
        return None
    g, size = dense_labels(labels)
    present = np.flatnonzero(np.bincount(g, minlength=size))
    return _Sums(sum_by(g, top, size)[present], sum_by(g, bottom, size)[present])


def _nothing() -> Clustered:
    return Clustered(np.nan, np.nan, np.nan, np.nan, 0, 0, "there are no items")


def _wilson(share: float, n: float, critical: float) -> tuple[float, float]:
    z2 = critical**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = critical / (1 + z2 / n) * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
