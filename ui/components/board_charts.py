"""The board's charts and the table of its coefficients, each with the same figures in words."""

from __future__ import annotations

import math
from typing import Literal

import streamlit as st

from arena.leaderboard import Board
from ui.charts.forest import ForestRow, forest_spec
from ui.charts.heatmap import MAX_LABELLED, HeatmapCell, heatmap_in_words, heatmap_spec
from ui.components.words import note
from ui.navigation import MATCHES, href
from ui.render import label, visible

_AXIS = {
    "points": ("Rating, points", ".0f"),
    "win share": ("Win share", ".0%"),
    "level": ("Mean level", ".2f"),
}


def show_heatmap(board: Board) -> None:
    """Show who beats whom, as shares of matches, and the same as a table on demand."""
    cells = [
        HeatmapCell(
            row=visible(cell.row),
            column=visible(cell.column),
            share=cell.win_share,
            n_matches=cell.n_matches,
            link=href(MATCHES, {"dataset": board.query.dataset or "", "contestant": [cell.row, cell.column]}),
        )
        for cell in board.cells
    ]
    order = [visible(row.contestant) for row in board.standings]
    words = heatmap_in_words(cells, figure="wins")
    spec = heatmap_spec(cells, order, figure="wins")
    with st.container(key="eh_chart"):
        width: Literal["content", "stretch"] = "content" if len(order) <= MAX_LABELLED else "stretch"
        st.vega_lite_chart(spec, width=width, alt=words, key="heatmap")
    note(f"{words} A cell opens its matches.")
    with st.expander("The same as a table", key="heatmap_table", on_change="rerun") as table:
        if table.open:
            st.dataframe(
                [
                    {
                        "contestant": cell.row,
                        "against": cell.column,
                        "win share": cell.win_share,
                        "expected": cell.win_probability,
                        "matches": cell.n_matches,
                    }
                    for cell in board.cells
                ],
                hide_index=True,
                column_config={
                    "win share": st.column_config.NumberColumn(format="percent"),
                    "expected": st.column_config.NumberColumn(
                        format="percent", help="What the ratings predict."
                    ),
                },
                alt="Win shares by pair of contestants",
            )


def show_forest(board: Board, words: str) -> None:
    """Show the ratings with their intervals on one axis."""
    rows = [
        ForestRow(visible(row.contestant), row.rating, row.low, row.high)
        for row in board.standings
        if row.rating is not None and math.isfinite(row.rating)
    ]
    if not rows:
        note("No contestant has a rating yet; the notes above say why.")
        return
    title, value_format = _AXIS[board.unit]
    st.vega_lite_chart(forest_spec(rows, title=title, value_format=value_format), alt=words, key="forest")


def show_coefficients(board: Board) -> None:
    """Show what was controlled for and how much it weighs; nothing where nothing was asked."""
    if not board.coefficients:
        return
    st.subheader("What else moves the verdicts")
    st.table(
        [
            {
                "term": label(term.name),
                "estimate": _number(term.estimate),
                "95 % interval": f"{_number(term.low)} to {_number(term.high)}",
                "p": _number(term.p_value),
                "note": label(term.note or ""),
            }
            for term in board.coefficients
        ],
        hide_index=True,
        alt="Coefficients of the fit",
    )


def _number(value: float | None) -> str:
    return "\N{EN DASH}" if value is None or not math.isfinite(value) else f"{value:.3f}"
