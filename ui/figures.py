"""Numbers as words: one way to write a rating, a share, an amount of money or a stretch of time."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final

from arena import written

NONE = "\N{EN DASH}"
"""Where there is no figure; the text beside it says why."""


LEAST_USD: Final = 0.0001
"""Smaller amounts are only said to be smaller."""


def count(value: int) -> str:
    return f"{value:,}"


def plural(value: int, one: str, many: str | None = None) -> str:
    """Return `3 prompts`, `1 prompt`."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def points(value: float | None) -> str:
    """Return a rating in whole points."""
    return NONE if value is None or math.isnan(value) else f"{value:.0f}"


def percent(value: float | None, *, digits: int = 0) -> str:
    """Return a share in [0, 1] in percents, whole ones unless asked."""
    return NONE if value is None or math.isnan(value) else written.percent(value, digits=digits)


def share(part: int, whole: int) -> str:
    """Return `63 % of 214`."""
    return NONE if whole == 0 else f"{percent(part / whole)} of {whole:,}"


def usd(value: float | None) -> str:
    """Return an amount; None is unknown, never free."""
    if value is None or math.isnan(value):
        return "unknown"
    if 0 < value < LEAST_USD:
        return f"under ${LEAST_USD:.4f}"
    return f"${value:,.2f}" if value >= 0.095 or value == 0 else f"${value:.2g}"


def seconds(value: float | None) -> str:
    return NONE if value is None or math.isnan(value) else f"{value:.1f}" if value < 10 else f"{value:.0f}"


def time_left(value: float | None) -> str:
    """Return `about 4 min left`; None where it is not known."""
    if value is None:
        return "time left unknown"
    if value < 60:
        return "less than a minute left"
    return f"about {value / 60:.0f} min left" if value < 5_400 else f"about {value / 3600:.1f} h left"


def rank(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low}\N{EN DASH}{high}"


def moment(value: datetime | None) -> str:
    return NONE if value is None else f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
