"""Who beats whom: one cell a pair, coloured by how far it is from even, with n in each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MAX_LABELLED = 14
"""Above this many contestants the cells are too small for figures; colour and tooltip stay."""


@dataclass(frozen=True)
class HeatmapCell:
    """`share` of the row's wins over the column in [0, 1], None without matches; `link` opens the matches."""

    row: str
    column: str
    share: float | None
    n_matches: int
    link: str


def heatmap_spec(cells: Sequence[HeatmapCell], order: Sequence[str], *, figure: str) -> dict[str, Any]:
    """Return the chart; `figure` names what the colour means, such as "wins"."""
    labelled = len(order) <= MAX_LABELLED
    axis = {"labelLimit": 160, "title": None, "domain": False, "ticks": False}
    top = {**axis, "orient": "top", "labelAngle": -30, "labelOverlap": False}
    return {
        "data": {"values": [_datum(cell) for cell in cells]},
        "width": {"step": 68} if labelled else "container",
        "height": {"step": 46} if labelled else min(14 * len(order), 1200),
        "encoding": {
            "x": {"field": "column", "type": "nominal", "sort": list(order), "axis": top},
            "y": {"field": "row", "type": "nominal", "sort": list(order), "axis": axis},
            "href": {"field": "link"},
        },
        "layer": [
            _colours(figure),
            *([_text("text", -7, 13, 600), _text("count", 10, 11, 400)] if labelled else []),
        ],
        "config": {"view": {"stroke": None}},
    }


def heatmap_in_words(cells: Sequence[HeatmapCell], *, figure: str) -> str:
    """Return the takeaway: the most one-sided pair, and the closest."""
    known = [cell for cell in cells if _is_shown_once(cell)]
    if not known:
        return "No pair of contestants has been compared."
    top = max(known, key=lambda cell: cell.share or 0)
    close = min(known, key=lambda cell: cell.share or 0)
    return (
        f"{len(known)} pairs. Most one-sided: {top.row} {figure} {100 * (top.share or 0):.0f} %"
        f" of {top.n_matches} against {top.column}. Closest: {close.row} and {close.column},"
        f" {100 * (close.share or 0):.0f} %."
    )


def _is_shown_once(cell: HeatmapCell) -> bool:
    """Tell the winner's cell of a pair from the loser's; an even pair has one by name."""
    share = cell.share
    return share is not None and (share > 0.5 or (share == 0.5 and cell.row < cell.column))


def _datum(cell: HeatmapCell) -> dict[str, object]:
    return {
        "row": cell.row,
        "column": cell.column,
        "share": cell.share,
        "n": cell.n_matches,
        "text": "" if cell.share is None else f"{100 * cell.share:.0f} %",
        "count": f"n {cell.n_matches:,}",
        "link": cell.link,
    }


def _colours(figure: str) -> dict[str, Any]:
    legend = {"title": f"Row {figure}", "format": ".0%", "orient": "top", "gradientLength": 180}
    return {
        "mark": {"type": "rect", "cornerRadius": 2, "cursor": "pointer"},
        "encoding": {
            "color": {
                "field": "share",
                "type": "quantitative",
                "scale": {"domain": [0, 1], "range": "diverging"},
                "legend": legend,
            },
            "tooltip": [
                {"field": "row", "title": "Row"},
                {"field": "column", "title": "Column"},
                {"field": "share", "title": f"Row {figure}", "format": ".1%"},
                {"field": "n", "title": "Matches", "format": ","},
            ],
        },
    }


def _text(field: str, dy: int, size: int, weight: int) -> dict[str, Any]:
    # The ends of the colour scale are dark in light mode and light in dark mode, its middle the other way
    # round; the chart does not know the mode, CSS does.
    ink = {
        "condition": {"test": "abs(datum.share - 0.5) > 0.27", "value": "light-dark(#ffffff, #10171a)"},
        "value": "light-dark(#1c2526, #e4eaea)",
    }
    return {
        "mark": {"type": "text", "dy": dy, "fontSize": size, "fontWeight": weight, "cursor": "pointer"},
        "encoding": {"text": {"field": field}, "color": ink},
    }
