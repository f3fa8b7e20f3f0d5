"""Who beats whom: one cell a pair, coloured by what is asked, with figures in the cells while they fit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Figure = Literal["won", "predicted", "matches"]
FIGURES: tuple[Figure, ...] = ("won", "predicted", "matches")

MAX_LABELLED = 14
"""Above this many contestants the cells are too small for figures; colour and tooltip stay."""
CELL_PX = 44
"""A cell narrower than this shows no figures, such as on a phone."""
_TITLES = {"won": "Row won", "predicted": "Chance that the row wins", "matches": "Matches"}


@dataclass(frozen=True)
class HeatmapCell:
    """`won` and `predicted` are the row's share and chance in [0, 1]; None where there is none."""

    row: str
    column: str
    won: float | None
    predicted: float | None
    n_matches: int


def heatmap_spec(
    cells: Sequence[HeatmapCell], links: Mapping[str, str], *, figure: Figure, base: str
) -> dict[str, Any]:
    """Return the chart.

    Parameters
    ----------
    links : mapping
        In the order of rows and columns: each contestant's name as shown, and its part of an address.
    base : str
        Address of a cell's matches, to which both contestants' parts are added.
    """
    order = list(links)
    labelled = len(order) <= MAX_LABELLED
    axis = {"labelLimit": 110, "title": None, "domain": False, "ticks": False}
    angle = -35 if labelled else -90  # upright names have room over columns of ten pixels
    top = {**axis, "orient": "top", "labelAngle": angle, "labelOverlap": False}
    raised = 0 if figure == "matches" else -7
    text = [_text("text", raised, 13, 600, len(order)), _text("count", 10, 11, 400, len(order))]
    return {
        "data": {"values": [_datum(cell, figure) for cell in cells]},
        "transform": [*_with_links(links, base)],
        "width": "container",
        "height": {"step": 46 if labelled else 16},
        "encoding": {
            "x": {"field": "column", "type": "nominal", "sort": order, "axis": top},
            "y": {"field": "row", "type": "nominal", "sort": order, "axis": {**axis, "labelOverlap": False}},
            "href": {"field": "link"},
        },
        "layer": [_colours(figure), *(text if labelled else [])],
        "config": {"view": {"stroke": None}},
    }


def heatmap_in_words(cells: Sequence[HeatmapCell], *, figure: Figure) -> str:
    """Return the takeaway: the two pairs at the ends."""
    if figure == "matches":
        return _counts_in_words(cells)
    known = [(_share(cell, figure), cell) for cell in cells if _is_shown_once(cell, figure)]
    if not known:
        return (
            "No pair of contestants has been compared."
            if figure == "won"
            else "This method gives no chances of a win."
        )
    top_share, top = max(known, key=lambda one: one[0])
    close_share, close = min(known, key=lambda one: one[0])
    said = (
        f"wins {_percent(top_share)} of {top.n_matches:,}"
        if figure == "won"
        else f"has {_percent(top_share)}"
    )
    return (
        f"{len(known):,} {'pair' if len(known) == 1 else 'pairs'}. Most one-sided: {top.row} {said} against"
        f" {top.column}. Closest: {close.row} and {close.column}, {_percent(close_share)}."
    )


def _counts_in_words(cells: Sequence[HeatmapCell]) -> str:
    pairs = [cell for cell in cells if cell.row < cell.column]
    if not pairs:
        return "No pair of contestants has been compared."
    most, least = max(pairs, key=lambda one: one.n_matches), min(pairs, key=lambda one: one.n_matches)
    n = f"{len(pairs):,} {'pair' if len(pairs) == 1 else 'pairs'}"
    most_words = f"Most matches: {most.row} and {most.column}, {most.n_matches:,}."
    return f"{n}. {most_words} Fewest: {least.row} and {least.column}, {least.n_matches:,}."


def _share(cell: HeatmapCell, figure: Figure) -> float:
    share = cell.won if figure == "won" else cell.predicted
    return 0.0 if share is None else share


def _is_shown_once(cell: HeatmapCell, figure: Figure) -> bool:
    """Tell the winner's cell of a pair from the loser's; an even pair has one by name."""
    share = _share(cell, figure)
    return share > 0.5 or (share == 0.5 and cell.row < cell.column)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _datum(cell: HeatmapCell, figure: Figure) -> dict[str, object]:
    value = {"won": cell.won, "predicted": cell.predicted, "matches": cell.n_matches}[figure]
    text = "" if value is None else f"{value:,}" if figure == "matches" else _percent(value)
    return {
        "row": cell.row,
        "column": cell.column,
        "value": value,
        "won": cell.won,
        "predicted": cell.predicted,
        "n": cell.n_matches,
        "text": text,
        "count": "" if figure == "matches" else f"n {cell.n_matches:,}",
    }


def _with_links(links: Mapping[str, str], base: str) -> list[dict[str, Any]]:
    """Put the address of a cell together in the browser: ten thousand of them would be a megabyte."""
    table = [{"name": name, "part": part} for name, part in links.items()]
    look_up = {"data": {"values": table}, "key": "name", "fields": ["part"]}
    return [
        {"lookup": "row", "from": look_up, "as": ["row_part"]},
        {"lookup": "column", "from": look_up, "as": ["column_part"]},
        {"calculate": f"{json.dumps(base)} + datum.row_part + datum.column_part", "as": "link"},
    ]


def _colours(figure: Figure) -> dict[str, Any]:
    is_count = figure == "matches"
    scale = {"range": "heatmap", "zero": True} if is_count else {"domain": [0, 1], "range": "diverging"}
    number = ",.0f" if is_count else ".0%"
    legend = {"title": _TITLES[figure], "format": number, "orient": "top", "gradientLength": 160}
    return {
        "mark": {"type": "rect", "cornerRadius": 2, "cursor": "pointer"},
        "encoding": {
            "color": {"field": "value", "type": "quantitative", "scale": scale, "legend": legend},
            "tooltip": [
                {"field": "row", "title": "Row"},
                {"field": "column", "title": "Column"},
                {"field": "won", "title": "Row won", "format": ".1%"},
                {"field": "predicted", "title": "Chance that the row wins", "format": ".1%"},
                {"field": "n", "title": "Matches", "format": ","},
            ],
        },
    }


def _text(field: str, dy: int, size: int, weight: int, n: int) -> dict[str, Any]:
    # The ends of the colour scale are dark in light mode and light in dark mode, its middle the other way
    # round; the chart does not know the mode, CSS does. On narrow cells the figures would run together.
    ink = {
        "condition": {"test": "abs(datum.value - 0.5) > 0.27", "value": "light-dark(#ffffff, #10171a)"},
        "value": "light-dark(#1c2526, #e4eaea)",
    }
    room = {"condition": {"test": f"width >= {CELL_PX * n}", "value": 1}, "value": 0}
    return {
        "mark": {"type": "text", "dy": dy, "fontSize": size, "fontWeight": weight, "cursor": "pointer"},
        "encoding": {"text": {"field": field}, "color": ink, "opacity": room},
    }
