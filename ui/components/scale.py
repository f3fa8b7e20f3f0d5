"""Where a value stands on the axis that all rows of a table share."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """From `low` at the left end to `high` at the right one; low < high."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Return the value's place in [0, 1]."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


def scale_over(values: Iterable[float | None]) -> Scale | None:
    """Return a scale that holds all finite values with a little room; None where there is none."""
    finite = [value for value in values if value is not None and math.isfinite(value)]
    if not finite:
        return None
    low, high = min(finite), max(finite)
    room = 0.04 * (high - low) or 1.0
    return Scale(low - room, high + room)
