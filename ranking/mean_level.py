"""Mean level of pointwise judgments, with intervals clustered by prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranking.arrays import FloatArray, sum_by
from ranking.errors import InvalidMatchesError
from ranking.means import Side, rate_contestants
from ranking.ratings import Ratings


@dataclass(frozen=True, init=False, eq=False)
class Levels:
    """One pointwise judgment a row.

    Attributes
    ----------
    contestant : positions in `names`, shape (n_rows,)
    level : the rubric's level, or an imported score; shape (n_rows,)
    weight : None for one each
    prompt_id : rows with equal values are one cluster (None: each row is its own)
    """

    contestant: NDArray[np.intp]
    level: FloatArray
    names: tuple[str, ...]
    weight: FloatArray
    prompt_id: NDArray[np.generic] | None

    def __init__(
        self,
        contestant: ArrayLike,
        level: ArrayLike,
        names: Sequence[str],
        *,
        weight: ArrayLike | None = None,
        prompt_id: ArrayLike | None = None,
    ) -> None:
        level = np.asarray(level, dtype=np.float64)
        index = np.asarray(contestant if level.size else np.zeros(0), dtype=np.intp)
        weight = np.ones(len(level)) if weight is None else np.asarray(weight, dtype=np.float64)
        prompt = None if prompt_id is None else np.asarray(prompt_id)
        if not index.shape == level.shape == weight.shape or (
            prompt is not None and prompt.shape != level.shape
        ):
            raise InvalidMatchesError("contestant, level, weight and prompt_id must have one shape (n_rows,)")
        if not np.isfinite(level).all():
            raise InvalidMatchesError("a level is missing (NaN): leave unscored rows out, and count them")
        if len(index) and not (index.min() >= 0 and index.max() < len(names)):
            raise InvalidMatchesError(f"contestant must be a position in the {len(names)} names")
        if not (np.isfinite(weight).all() and (weight >= 0).all()):
            raise InvalidMatchesError("weights must be finite and not negative")
        object.__setattr__(self, "contestant", index)
        object.__setattr__(self, "level", level)
        object.__setattr__(self, "names", tuple(names))
        object.__setattr__(self, "weight", weight)
        object.__setattr__(self, "prompt_id", prompt)


def fit_mean_level(levels: Levels) -> Ratings:
    """Give each contestant's mean level; `rating` and `theta` are in levels.

    References
    ----------
    Liang and Zeger (1986), Biometrika 73:13-22: cluster-robust variance of a mean.
    """
    prompt = levels.prompt_id
    return rate_contestants(
        levels.names,
        [Side(levels.contestant, levels.level, levels.weight)],
        np.arange(len(levels.level)) if prompt is None else prompt,
        n_matches=sum_by(levels.contestant, levels.weight, len(levels.names)),
        method="mean-level",
        clustered_by="response" if prompt is None else "prompt",
        unit="level",
    )
