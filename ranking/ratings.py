"""The one shape of every method's answer: a rating a contestant, with its interval, ranks and reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ranking.arrays import FloatArray, IndexArray

if TYPE_CHECKING:
    import pandas as pd


ANCHOR_RATING = 1000.0
POINTS_PER_NAT = 400.0 / np.log(10.0)
MIN_PROMPTS = 5  # under so many clusters no interval is given


class Coefficient(tuple[float, float]):
    """A term's (estimate, standard error), with what else is known of it.

    `p_value` is two-sided, against no effect. `note` is empty, or says why there is no estimate
    ("not identified: ..."); then all numbers are NaN. `scale` is the root mean square a feature was
    divided by, 1 for the position and self-preference terms.
    """

    p_value: float
    low: float
    high: float
    scale: float
    note: str

    def __new__(
        cls,
        estimate: float,
        standard_error: float,
        *,
        p_value: float = np.nan,
        low: float = np.nan,
        high: float = np.nan,
        scale: float = 1.0,
        note: str = "",
    ) -> Coefficient:
        self = super().__new__(cls, (float(estimate), float(standard_error)))
        self.p_value, self.low, self.high = float(p_value), float(low), float(high)
        self.scale, self.note = float(scale), note
        return self

    @property
    def estimate(self) -> float:
        return self[0]

    @property
    def standard_error(self) -> float:
        return self[1]


@dataclass(frozen=True, eq=False)
class Ratings:
    """What a method says of each contestant; every array follows the row order of `names`.

    Attributes
    ----------
    names : tuple of str
    theta : shape (n_contestants,)
        Strength in nats, mean 0 in its component (0 at the anchor). For a win rate or a mean level, the
        rate or level itself. NaN where there is no finite estimate.
    covariance : shape (n_contestants, n_contestants)
        Of `theta`; NaN where there is no interval, and between components.
    rating, low, high : shape (n_contestants,)
        In `unit`, with the ends of the 95 % interval that `interval_method` names.
    rank_low, rank_high : shape (n_contestants,)
        Best and worst rank that the 95 % intervals of the differences leave open. Contestants whose
        difference is unknown are not distinguished.
    n_matches : shape (n_contestants,)
        Sum of the weights of a contestant's matches.
    component : shape (n_contestants,)
        Strengths compare only between contestants of equal component.
    notes : tuple of str
        What a reader must know: what is missing and why.
    reasons : tuple of str
        Per contestant why it has no rating or no interval, else empty.
    coefficients : Mapping of str to Coefficient
        The other terms of the fit: `position`, `tie`, `self_preference`, the covariates.
    critical_value : float
        Quantile the intervals use: Student t with `degrees_of_freedom`, or normal where that is infinite.
    n_prompts : int
        Clusters the intervals rest on; each match is its own where no prompts were given.
    log_likelihood : float
        Of the fit, NaN where the method has none.
    n_iterations : int
    """

    names: tuple[str, ...]
    theta: FloatArray
    covariance: FloatArray
    rating: FloatArray
    low: FloatArray
    high: FloatArray
    rank_low: IndexArray
    rank_high: IndexArray
    n_matches: FloatArray
    component: IndexArray
    notes: tuple[str, ...]
    reasons: tuple[str, ...]
    method: str
    interval_method: str
    unit: str = "points"
    coefficients: Mapping[str, Coefficient] = field(default_factory=dict)
    coefficient_covariance: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    critical_value: float = np.nan
    degrees_of_freedom: float = np.nan
    n_prompts: int = 0
    log_likelihood: float = np.nan
    n_iterations: int = 0

    @property
    def standard_error(self) -> FloatArray:
        """Of `theta`, NaN where there is no interval."""
        variance = np.diagonal(self.covariance)
        return np.sqrt(np.where(variance > 0, variance, np.nan))

    def to_frame(self) -> pd.DataFrame:
        """Give one row a contestant, best rating first, those without a rating last."""
        import pandas as pd

        frame = pd.DataFrame(
            {
                "contestant": pd.Series(self.names, dtype=object),
                "rating": self.rating,
                "low": self.low,
                "high": self.high,
                "rank_low": self.rank_low,
                "rank_high": self.rank_high,
                "n_matches": self.n_matches,
                "theta": self.theta,
                "standard_error": self.standard_error,
                "component": self.component,
                "reason": pd.Series(self.reasons, dtype=object),
            }
        )
        return frame.sort_values(
            ["rating", "contestant"], ascending=[False, True], na_position="last", ignore_index=True
        )
