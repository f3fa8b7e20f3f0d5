"""LMArena's style features as ready differences, for the covariates of a match.

Length is the difference over the sum; markdown counts become densities per token first. After
LMArena's style control (lm-sys blog, 2024-08-28), but neither centred nor divided by a standard
deviation: the fit divides by the root mean square, so that swapping sides changes nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ranking.arrays import FloatArray


def length_difference(n_tokens_a: ArrayLike, n_tokens_b: ArrayLike) -> FloatArray:
    """Give (a - b) / (a + b), 0 where both are empty; any unit of length."""
    a, b = np.asarray(n_tokens_a, dtype=np.float64), np.asarray(n_tokens_b, dtype=np.float64)
    total = a + b
    result = np.zeros_like(total)
    np.divide(a - b, total, out=result, where=total > 0)
    return result


def density_difference(
    count_a: ArrayLike, count_b: ArrayLike, n_tokens_a: ArrayLike, n_tokens_b: ArrayLike
) -> FloatArray:
    """Give (d_a - d_b) / (d_a + d_b + 1) of the densities d = count / length (0 for an empty response)."""
    a, b = _density(count_a, n_tokens_a), _density(count_b, n_tokens_b)
    difference: FloatArray = (a - b) / (a + b + 1)
    return difference


def _density(count: ArrayLike, n_tokens: ArrayLike) -> FloatArray:
    counts, length = np.asarray(count, dtype=np.float64), np.asarray(n_tokens, dtype=np.float64)
    result = np.zeros(np.broadcast(counts, length).shape)
    np.divide(counts, length, out=result, where=length > 0)
    return result
