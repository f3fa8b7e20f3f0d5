"""Two rankings side by side: a line a contestant, from its place in one to its place in the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ui.charts.forest import MARK

QUIET = "#8a979c"
ROW_PX = 30


@dataclass(frozen=True)
class RankPair:
    """Places count from 1."""

    name: str
    left: int
    right: int


def ranks_spec(rows: Sequence[RankPair], *, left: str, right: str) -> dict[str, Any]:
    """Return the chart; `left` and `right` name the two rankings."""
    values = [
        {"name": row.name, "side": side, "rank": rank, "moved": row.left != row.right}
        for row in rows
        for side, rank in ((left, row.left), (right, row.right))
    ]
    x = {"field": "side", "type": "nominal", "sort": [left, right], "title": None, "scale": {"padding": 0.5},
         "axis": {"orient": "top", "labelAngle": 0, "domain": False, "ticks": False}}  # fmt: skip
    y = {"field": "rank", "type": "quantitative", "title": None,
         "scale": {"reverse": True, "zero": False, "padding": 12, "nice": False}, "axis": None}  # fmt: skip
    colour = {"condition": {"test": "datum.moved", "value": MARK}, "value": QUIET}
    dash = {"condition": {"test": "datum.moved", "value": [1, 0]}, "value": [4, 3]}
    text = {"value": "light-dark(#1c2526, #e4eaea)"}

    def names(side: str, align: str, dx: int) -> dict[str, Any]:
        label = "datum.rank + '  ' + datum.name" if align == "left" else "datum.name + '  ' + datum.rank"
        return {
            "transform": [{"filter": {"field": "side", "equal": side}}, {"calculate": label, "as": "label"}],
            "mark": {"type": "text", "align": align, "dx": dx, "limit": 130},
            "encoding": {"text": {"field": "label"}, "color": text},
        }

    return {
        "data": {"values": values},
        "height": ROW_PX * max(3, len(rows)) + 30,
        "encoding": {"x": x, "y": y},
        "layer": [
            {
                "mark": {"type": "line", "strokeWidth": 2},
                "encoding": {"detail": {"field": "name"}, "color": colour, "strokeDash": dash},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
                "encoding": {"color": colour},
            },
            names(left, "right", -10),
            names(right, "left", 10),
        ],
        "config": {"view": {"stroke": None}},
    }  # fmt: skip
