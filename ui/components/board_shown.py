"""What every section of the leaderboard is given, and how it writes a figure in the board's unit."""

from __future__ import annotations

import math
from dataclasses import dataclass

from arena.datasets import DatasetSummary
from arena.leaderboard import Board, BoardQuery
from ui.figures import NONE, percent, points

AXES = {
    "points": ("Rating, points", ".0f"),
    "win share": ("Win share", ".0%"),
    "level": ("Mean level", ".2f"),
}
"""Title and number format of an axis, by the board's unit."""


@dataclass(frozen=True)
class Shown:
    """One board on the page."""

    board: Board
    query: BoardQuery
    dataset: DatasetSummary


def figure(unit: str, value: float | None) -> str:
    """Return a rating in the board's unit."""
    if unit == "points":
        return points(value)
    if unit == "win share":
        return percent(value)
    return NONE if value is None or math.isnan(value) else f"{value:.2f}"


def interval_in_words(unit: str, rating: float | None, low: float | None, high: float | None) -> str:
    """Return `1013, from 980 to 1047`."""
    if rating is None or math.isnan(rating):
        return "not estimated"
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return f"{figure(unit, rating)}, no interval"
    return f"{figure(unit, rating)}, from {figure(unit, low)} to {figure(unit, high)}"
