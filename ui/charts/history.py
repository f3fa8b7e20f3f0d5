"""Ratings over time: one line a contestant, its name at the end, its last interval as a bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ui.charts.labels import spread

MAX_LINES = 6
"""More lines cannot be told apart; the table holds them all."""
HEIGHT_PX = 360
LABEL_PX = 17


@dataclass(frozen=True)
class HistoryPoint:
    """`at` counts matches; `moment` is when the last of them was stored, in words."""

    name: str
    at: int
    moment: str
    rating: float
    low: float | None
    high: float | None


def history_spec(points: Sequence[HistoryPoint], *, title: str, value_format: str) -> dict[str, Any]:
    """Return the chart; `title` names the axis with its unit."""
    last_at = max(point.at for point in points)
    ends = [point for point in points if point.at == last_at]
    low = min(point.rating if point.low is None else min(point.rating, point.low) for point in ends)
    low = min(low, *(point.rating for point in points))
    high = max(point.rating if point.high is None else max(point.rating, point.high) for point in ends)
    high = max(high, *(point.rating for point in points))
    gap = LABEL_PX * ((high - low) or 1.0) / HEIGHT_PX
    places = spread([point.rating for point in ends], gap)
    names = [
        {"name": point.name, "at": last_at, "place": place} for point, place in zip(ends, places, strict=True)
    ]
    colour = {"field": "name", "type": "nominal", "legend": None}
    scale = {"zero": False, "domain": [min(low, *places) - gap, max(high, *places) + gap], "nice": False}
    y = {"type": "quantitative", "title": title, "scale": scale, "axis": {"format": value_format}}
    x = {
        "field": "at",
        "type": "quantitative",
        "title": "Matches so far",
        "axis": {"format": "~s", "grid": False},
    }
    tooltip = [
        {"field": "name", "title": "Contestant"},
        {"field": "at", "title": "Matches so far", "format": ","},
        {"field": "moment", "title": "Stored until"},
        {"field": "rating", "title": "Rating", "format": value_format},
        {"field": "low", "title": "Low", "format": value_format},
        {"field": "high", "title": "High", "format": value_format},
    ]
    values = [point.__dict__ for point in points]
    return {
        "height": HEIGHT_PX,
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "line", "point": {"size": 45, "filled": True}, "strokeWidth": 2},
                "encoding": {"x": x, "y": {"field": "rating", **y}, "color": colour, "tooltip": tooltip},
            },
            {
                "data": {"values": [point.__dict__ for point in ends if point.low is not None]},
                "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.7},
                "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}, "color": colour},
            },
            {
                "data": {"values": names},
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dx": 9,
                    "fontWeight": 600,
                    "limit": 120,
                    "clip": False,
                },
                "encoding": {
                    "x": x,
                    "y": {"field": "place", **y},
                    "text": {"field": "name"},
                    "color": colour,
                },
            },
        ],
        "padding": {"right": 95, "left": 5, "top": 5, "bottom": 5},
        "config": {"view": {"stroke": None}},
    }


def late_in_words(points: Sequence[HistoryPoint]) -> str:
    """Name, behind a full stop, the lines that begin after the others; nothing where all begin at once."""
    starts = {name: min(point.at for point in points if point.name == name) for name in
              dict.fromkeys(point.name for point in points)}  # fmt: skip
    late = [f"{name} at {at:,}" for name, at in starts.items() if at > min(starts.values())]
    if not late:
        return ""
    verb = "begins" if len(late) == 1 else "begin"
    return f" Later than the rest {verb} {', '.join(late)} matches: before that, no rating could be told."
