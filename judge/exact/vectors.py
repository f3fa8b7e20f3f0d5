"""Semantic similarity from embedding vectors."""

import math
from collections.abc import Sequence

from judge.exact.errors import VectorError
from judge.exact.scoring import ExactScore


def cosine(first: Sequence[float], second: Sequence[float]) -> float:
    """Cosine of two vectors, in [-1, 1].

    Raises
    ------
    VectorError
        If their lengths differ, or one has no direction.
    """
    if len(first) != len(second):
        raise VectorError(f"vectors of {len(first)} and {len(second)} numbers cannot be compared")
    norms = math.hypot(*first) * math.hypot(*second)
    if not norms or not math.isfinite(norms):
        raise VectorError("a vector without direction cannot be compared")
    return max(-1.0, min(1.0, math.fsum(x * y for x, y in zip(first, second, strict=True)) / norms))


def nearest(response: Sequence[float], references: Sequence[Sequence[float]]) -> ExactScore:
    """Cosine with the nearest reference; no figure without references, or where it is not defined."""
    if not references:
        return ExactScore(None, "the prompt has no reference")
    try:
        return ExactScore(max(cosine(response, reference) for reference in references))
    except VectorError as error:
        return ExactScore(None, str(error))
