"""Predicted against observed: how often the favourite won, for each chance it was given beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from arena.written import percent


@dataclass(frozen=True)
class CalibrationPoint:
    """Matches of one method whose favourite was given about the chance `predicted`."""

    method: str
    predicted: float
    observed: float
    n: float


def calibration_spec(points: Sequence[CalibrationPoint]) -> dict[str, Any]:
    """Return the chart; on the dashed line the chances are right."""
    share = {"type": "quantitative", "axis": {"format": ".0%"}}
    x = {
        "field": "predicted",
        **share,
        "title": "Chance given to the favourite",
        "scale": {"domain": [0.5, 1]},
    }
    lowest = min([0.4, *(point.observed - 0.03 for point in points)])
    y = {
        "field": "observed",
        **share,
        "title": "How often it won",
        "scale": {"domain": [max(0.0, lowest), 1]},
    }
    method = {"field": "method", "type": "nominal", "title": None, "legend": {"orient": "top"}}
    return {
        "height": 360,
        "layer": [
            {
                "data": {"values": [{"predicted": 0.5, "observed": 0.5}, {"predicted": 1, "observed": 1}]},
                "mark": {"type": "line", "strokeDash": [4, 4], "color": "#8a979c"},
                "encoding": {"x": x, "y": y},
            },
            {
                "data": {"values": [point.__dict__ for point in points]},
                "mark": {"type": "point", "filled": True, "opacity": 0.85},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": method,
                    "shape": method,
                    "size": {
                        "field": "n",
                        "type": "quantitative",
                        "scale": {"range": [40, 500]},
                        "legend": None,
                    },
                    "tooltip": [
                        {"field": "method", "title": "Method"},
                        {"field": "predicted", "title": "Chance given", "format": ".0%"},
                        {"field": "observed", "title": "Won", "format": ".0%"},
                        {"field": "n", "title": "Matches", "format": ",.0f"},
                    ],
                },
            },
        ],
        "config": {"view": {"stroke": None}},
    }


def calibration_in_words(points: Sequence[CalibrationPoint], method: str) -> str:
    """Return the bins of one method, the surest last."""
    own = sorted((one for one in points if one.method == method), key=lambda one: one.predicted)
    bins = "; ".join(
        f"given {percent(one.predicted)}, won {percent(one.observed)} of {one.n:,.0f}" for one in own
    )
    return f"{method}: {bins}." if own else f"{method} foretold nothing."
