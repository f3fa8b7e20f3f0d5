"""Ratings as a forest plot: a dot and its 95 % interval a contestant, best at the top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

ROW_PX = 30
AXIS_PX = 80
MARK = "#2a8f8f"
"""The accent, in a shade that reads on light and dark ground."""


@dataclass(frozen=True)
class ForestRow:
    """`low` and `high` are None where there is no interval."""

    name: str
    rating: float
    low: float | None
    high: float | None


def forest_spec(rows: Sequence[ForestRow], *, title: str, value_format: str) -> dict[str, Any]:
    """Return the chart; `title` names the axis with its unit."""
    order = [row.name for row in rows]
    y = {
        "field": "name",
        "type": "nominal",
        "sort": order,
        "title": None,
        "axis": {
            "labelLimit": 220,
            "labelOverlap": False,
            "labelBound": False,
            "domain": False,
            "ticks": False,
        },
    }
    tooltip = [
        {"field": "name", "title": "Contestant"},
        {"field": "rating", "title": "Rating", "format": value_format},
        {"field": "low", "title": "Low", "format": value_format},
        {"field": "high", "title": "High", "format": value_format},
    ]
    scale = {"zero": False, "nice": True, "padding": 12}
    return {
        "data": {"values": [row.__dict__ for row in rows]},
        "height": ROW_PX * len(rows) + AXIS_PX,
        "encoding": {"y": y, "tooltip": tooltip},
        "layer": [
            {
                "transform": [{"filter": "isValid(datum.low)"}],
                "mark": {"type": "rule", "strokeWidth": 2, "color": MARK},
                "encoding": {
                    "x": {"field": "low", "type": "quantitative", "title": title, "scale": scale},
                    "x2": {"field": "high"},
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1, "color": MARK},
                "encoding": {
                    "x": {"field": "rating", "type": "quantitative", "title": title, "scale": scale}
                },
            },
        ],
        "config": {"view": {"stroke": None}},
    }
