"""Rating against cost: which contestant gives most for its price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ui.charts.forest import MARK

LOG_FROM = 20
"""A scale that spans more than this factor is logarithmic."""
QUIET = "#8a979c"


@dataclass(frozen=True)
class PricedRow:
    """`price` is what 100 responses cost, or the seconds that one takes."""

    name: str
    price: float
    rating: float
    low: float | None
    high: float | None


def frontier(rows: Sequence[PricedRow]) -> tuple[PricedRow, ...]:
    """Return those that nobody beats at the same or a lower price, cheapest first."""
    best: list[PricedRow] = []
    for row in sorted(rows, key=lambda one: (one.price, -one.rating)):
        if not best or row.rating > best[-1].rating:
            best.append(row)
    return tuple(best)


def cost_spec(
    rows: Sequence[PricedRow], *, price_title: str, rating_title: str, value_format: str
) -> dict[str, Any]:
    """Return the chart: points with their intervals and names; the frontier filled and joined."""
    best = {row.name for row in frontier(rows)}
    values = [
        {**row.__dict__, "best": row.name in best, "top": row.rating if row.high is None else row.high}
        for row in rows
    ]
    prices = [row.price for row in rows]
    is_log = min(prices) > 0 and max(prices) / min(prices) > LOG_FROM
    scale = {"type": "log", "nice": False, "padding": 30} if is_log else {"zero": False, "padding": 30}
    x = {"field": "price", "type": "quantitative", "title": price_title, "scale": scale,
         "axis": {"format": "~g", "tickCount": 5, "labelOverlap": True}}  # fmt: skip
    y = {"type": "quantitative", "title": rating_title, "scale": {"zero": False, "padding": 24},
         "axis": {"format": value_format}}  # fmt: skip
    tooltip = [
        {"field": "name", "title": "Contestant"},
        {"field": "price", "title": price_title, "format": ".2~g"},
        {"field": "rating", "title": rating_title, "format": value_format},
    ]
    colour = {"condition": {"test": "datum.best", "value": MARK}, "value": QUIET}
    shape = {"condition": {"test": "datum.best", "value": "circle"}, "value": "diamond"}
    return {
        "data": {"values": values},
        "height": 360,
        "encoding": {"x": x, "tooltip": tooltip},
        "layer": [
            {
                "transform": [{"filter": "isValid(datum.low)"}],
                "mark": {"type": "rule", "strokeWidth": 1.5, "opacity": 0.7},
                "encoding": {"y": {"field": "low", **y}, "y2": {"field": "high"}, "color": colour},
            },
            {
                "transform": [{"filter": "datum.best"}],
                "mark": {"type": "line", "strokeDash": [3, 3], "color": MARK, "opacity": 0.7},
                "encoding": {"y": {"field": "rating", **y}, "order": {"field": "price"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                "encoding": {"y": {"field": "rating", **y}, "color": colour, "shape": shape},
            },
            {
                "mark": {"type": "text", "align": "center", "dy": -12, "limit": 120},  # above its interval
                "encoding": {"y": {"field": "top", **y}, "text": {"field": "name"},
                             "color": {"value": "light-dark(#1c2526, #e4eaea)"}},
            },
        ],
        "config": {"view": {"stroke": None}},
    }  # fmt: skip


def cost_in_words(rows: Sequence[PricedRow], *, price: str) -> str:
    """Return who gives most for it, by the estimates; `price` is "price" or "time"."""
    best = frontier(rows)
    if len(best) == 1:
        return f"{best[0].name} has the highest rating and the lowest {price}."
    names = ", then ".join(row.name for row in best)
    others = [row.name for row in rows if row not in best]
    said = f"From the lowest {price} up, a higher rating takes {names}."
    if not others:
        return said
    shown = ", ".join(others[:3]) + (f" and {len(others) - 3:,} more" if len(others) > 3 else "")
    verb = "is" if len(others) == 1 else "are"
    return f"{said} {shown} {verb} no better than one of these at no lower {price}."
