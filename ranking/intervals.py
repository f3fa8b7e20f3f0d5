"""From a solved problem to ratings with intervals, ranks and reasons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from ranking.arrays import LARGE, FloatArray, IndexArray
from ranking.covariance import (
    Covariance,
    Meat,
    inverse_information,
    meat_of_prompts,
    meat_of_rows,
)
from ranking.errors import InvalidMatchesError
from ranking.estimate import Estimate
from ranking.matches import Matches
from ranking.ranks import rank_ranges
from ranking.ratings import ANCHOR_RATING, MIN_PROMPTS, POINTS_PER_NAT, Coefficient, Ratings

SPARSE = 0.1  # share of entries under which a matrix is multiplied as a sparse one
MIN_VARIANCE = 1e-20  # under it an interval has no width but rounding


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Covariance of all parameters and what goes with it; arrays are per contestant."""

    covariance: FloatArray
    critical_value: FloatArray
    n_clusters: int
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    interval_method: str
    degrees_of_freedom: float


def describe(matches: Matches, estimate: Estimate, covariance: Covariance, anchor: str | None) -> Ratings:
    """Give the ratings of a solved problem."""
    return rated(matches.names, estimate, _uncertainty(matches, estimate, covariance), anchor)


def rated(
    names: tuple[str, ...], estimate: Estimate, uncertainty: Uncertainty, anchor: str | None
) -> Ratings:
    """Lay a solved problem and its uncertainty out as ratings."""
    n, found = len(names), estimate.found
    theta = estimate.solution.parameters[:n].copy()
    theta[found.size[found.label] == 1] = np.nan
    if n == 1 or not estimate.n_matches.any():
        theta[:] = np.nan
    errors = _blanked(uncertainty, theta, found.label)
    rank_low, rank_high = rank_ranges(theta, errors, uncertainty.critical_value)
    if anchor is not None:
        theta, errors = _anchored(theta, errors, found.label, names.index(anchor))
    standard_error = np.sqrt(np.diagonal(errors))
    with np.errstate(invalid="ignore"):
        standard_error = np.where(standard_error**2 > MIN_VARIANCE, standard_error, np.nan)
    rating = ANCHOR_RATING + POINTS_PER_NAT * theta
    half_width = POINTS_PER_NAT * uncertainty.critical_value * standard_error
    reasons = tuple(a or b for a, b in zip(estimate.reasons, uncertainty.reasons, strict=True))
    return Ratings(
        names=names,
        theta=theta,
        covariance=errors,
        rating=rating,
        low=rating - half_width,
        high=rating + half_width,
        rank_low=rank_low,
        rank_high=rank_high,
        n_matches=estimate.n_matches,
        component=found.label,
        notes=(*estimate.notes, *uncertainty.notes),
        reasons=reasons,
        method="bradley-terry",
        interval_method=uncertainty.interval_method,
        coefficients=_coefficients(estimate, uncertainty, n),
        coefficient_covariance=uncertainty.covariance[n:, n:],
        critical_value=_largest(uncertainty.critical_value),
        degrees_of_freedom=uncertainty.degrees_of_freedom,
        n_prompts=uncertainty.n_clusters,
        log_likelihood=estimate.solution.log_likelihood,
        n_iterations=estimate.solution.n_iterations,
    )


def count_matches(matches: Matches) -> FloatArray:
    """Sum the weights of each contestant's matches."""
    n = len(matches.names)
    both = np.bincount(matches.a, matches.weight, n) + np.bincount(matches.b, matches.weight, n)
    return both.astype(np.float64)


def _largest(values: FloatArray) -> float:
    """Give the largest value that is known: the critical value of the smallest component with intervals."""
    known = values[~np.isnan(values)]
    return float(known.max()) if len(known) else np.nan


def student_quantile(degrees_of_freedom: FloatArray | float) -> FloatArray:
    """Give the 97.5 % point of Student t; normal at infinity, NaN under one degree."""
    given = np.asarray(degrees_of_freedom, dtype=np.float64)
    return np.array([_quantile(float(degrees)) for degrees in given.ravel()]).reshape(given.shape)


@cache
def _quantile(degrees: float) -> float:
    from scipy.special import ndtri, stdtrit

    if np.isinf(degrees):
        return float(ndtri(0.975))
    return float(stdtrit(degrees, 0.975)) if degrees >= 1 else np.nan


def two_sided_p(z: float, degrees_of_freedom: float) -> float:
    """Give the chance of a Student t (normal at infinity) further from 0 than `z`."""
    from scipy.special import ndtr, stdtr

    if not np.isfinite(z):
        return np.nan
    if np.isinf(degrees_of_freedom):
        return float(2 * ndtr(-abs(z)))
    return float(2 * stdtr(degrees_of_freedom, -abs(z)))


def _uncertainty(matches: Matches, estimate: Estimate, covariance: Covariance) -> Uncertainty:
    n = len(matches.names)
    if covariance not in ("cluster", "sandwich", "hessian"):
        raise InvalidMatchesError(f"covariance must be cluster, sandwich or hessian, not {covariance!r}")
    problem, solution = estimate.problem, estimate.solution
    if covariance == "hessian":
        inverse = inverse_information(problem, solution)
        normal = np.full(n, float(student_quantile(np.inf)))
        method = "inverse information (assumes that matches are independent), normal"
        return Uncertainty(inverse, normal, 0, ("",) * n, (), method, np.inf)
    if covariance == "cluster" and matches.prompt_id is not None:
        return uncertainty_from(
            matches.names, estimate, meat_of_prompts(matches, estimate.terms, problem, solution)
        )
    return uncertainty_from(matches.names, estimate, meat_of_rows(problem, solution))


def uncertainty_from(names: tuple[str, ...], estimate: Estimate, meat: Meat) -> Uncertainty:
    """Put the sandwich together."""
    n, found = len(names), estimate.found
    inverse = inverse_information(estimate.problem, estimate.solution)
    size = meat.n_of_component[found.label].astype(np.float64)
    g = np.float64(meat.n_clusters)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.sqrt(np.where(size > 1, size / (size - 1), np.nan))
        total = np.sqrt(g / (g - 1)) if g > 1 else np.nan
    factor = np.concatenate([factor, np.full(len(inverse) - n, total)])
    matrix = _sandwich(inverse, meat.matrix) * factor[:, None] * factor[None, :]
    n_clusters = np.minimum(meat.n_of_contestant, meat.n_of_component[found.label]).astype(np.float64)
    # Who has no finite strength has its own reason; too few prompts would be a false one.
    has_none = np.array([bool(reason) for reason in estimate.reasons], dtype=bool)
    if n_clusters.any():
        n_clusters = np.where(has_none, np.inf, n_clusters)
    few = "prompts" if meat.clustered_by_prompt else "matches"
    reasons, notes = too_few(names, n_clusters, what=few)
    what = "clustered by prompt" if meat.clustered_by_prompt else "each match its own cluster"
    method = f"sandwich, {what}, factor G/(G-1), Student t with G-1 degrees"
    quantile = student_quantile(size - 1)
    return Uncertainty(matrix, quantile, meat.n_clusters, reasons, notes, method, float(g) - 1)


def _sandwich(bread: FloatArray, meat: FloatArray) -> FloatArray:
    """Multiply bread, meat and bread; among very many contestants most pairs never met."""
    if len(meat) >= LARGE and np.count_nonzero(meat) < SPARSE * meat.size:
        from scipy.sparse import csr_array

        return np.asarray(bread @ (csr_array(meat) @ bread), dtype=np.float64)
    return bread @ meat @ bread


def too_few(
    names: tuple[str, ...], n_clusters: FloatArray, *, what: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Say, per contestant and in notes, who took part in too few prompts (or matches) for an interval."""
    few = n_clusters < MIN_PROMPTS
    if not few.any():
        return ("",) * len(names), ()
    reasons = tuple(f"too few {what} for an interval" if x else "" for x in few)
    if not n_clusters.any():
        return reasons, ()
    who = "any contestant" if few.all() else ", ".join(np.array(names)[few])
    return reasons, (f"No interval for {who}: too few {what}, an interval needs {MIN_PROMPTS}.",)


def _blanked(uncertainty: Uncertainty, theta: FloatArray, component: IndexArray) -> FloatArray:
    """Put NaN where a strength or its interval is missing, and between components."""
    n = len(theta)
    missing = np.isnan(theta) | np.array([reason != "" for reason in uncertainty.reasons], dtype=bool)
    blank = (component[:, None] != component[None, :]) | missing[:, None] | missing[None, :]
    matrix = np.where(blank, np.nan, uncertainty.covariance[:n, :n])
    variance = np.diagonal(matrix)
    with np.errstate(invalid="ignore"):
        flat = variance <= MIN_VARIANCE
    return np.where(flat[:, None] | flat[None, :], np.nan, matrix)


def _anchored(
    theta: FloatArray, covariance: FloatArray, component: IndexArray, anchor: int
) -> tuple[FloatArray, FloatArray]:
    """Shift the anchor's component so that the anchor has strength 0 and, exactly known, no width."""
    inside = np.flatnonzero(component == component[anchor])
    theta, moved = theta.copy(), covariance.copy()
    theta[inside] -= theta[anchor]
    block = covariance[np.ix_(inside, inside)]
    at = covariance[inside, anchor]
    moved[np.ix_(inside, inside)] = block - at[:, None] - at[None, :] + covariance[anchor, anchor]
    return theta, moved


def _coefficients(estimate: Estimate, uncertainty: Uncertainty, n: int) -> dict[str, Coefficient]:
    """Every term asked for; those left out are NaN with their note."""
    names = list(estimate.terms.names)
    scale = list(estimate.terms.scale)
    if estimate.problem.likelihood.has_tie_term:
        names.append("tie")
        scale.append(1.0)
    critical = float(student_quantile(uncertainty.degrees_of_freedom))
    result = {}
    for k, name in enumerate(names, start=n):
        value, variance = estimate.solution.parameters[k], uncertainty.covariance[k, k]
        enough = uncertainty.n_clusters >= MIN_PROMPTS or np.isinf(uncertainty.degrees_of_freedom)
        error = np.sqrt(variance) if variance > MIN_VARIANCE and enough else np.nan
        p_value = two_sided_p(value / error, uncertainty.degrees_of_freedom)
        low, high = value - critical * error, value + critical * error
        result[name] = Coefficient(value, error, p_value=p_value, low=low, high=high, scale=scale[k - n])
    for name, why in estimate.left_out.items():
        result[name] = Coefficient(np.nan, np.nan, note=why)
    return result
