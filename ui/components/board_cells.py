"""Who beats whom: won, predicted or counted, a cell a pair, each opening its matches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from arena.leaderboard import Board
from ui.board_address import matches_href
from ui.charts.heatmap import FIGURES, Figure, Heatmap, HeatmapCell, heatmap_in_words
from ui.components.address_words import say_unknown
from ui.components.board_drawn import Drawings
from ui.components.board_heatmap import show_heatmap
from ui.components.board_shown import Shown
from ui.components.words import note
from ui.navigation import LEADERBOARD
from ui.render import visible
from ui.way_back import way_here

MAX_AT_ONCE: Final = 40
"""With more contestants a cell is too narrow to hit, and a browser takes long to draw them all."""
FIRST_SHOWN: Final = 25
_HELP = (
    "won: the share of matches that the row won, a tie as half. predicted: the chance that the ratings give"
    " the row. matches: how many matches the pair has."
)


def show_cells(shown: Shown) -> None:
    """Show the heat map, and the same as a table on demand."""
    board = shown.board
    if not board.cells:
        note("No pair of contestants has a match that ranks here.")
        return
    say_unknown("cells", FIGURES, what="figure")
    what: Figure = st.segmented_control(
        "In each cell", FIGURES, key="cells", bind="query-params", default="won", required=True, help=_HELP
    )
    met = [row.contestant for row in board.standings if row.n_matches]
    n_shown = len(met)
    if len(met) > MAX_AT_ONCE and not _ask_for_all(len(met)):
        n_shown = FIRST_SHOWN
    rest = (what, n_shown, way_here(LEADERBOARD))
    drawn = _heatmaps.get(board, rest, lambda: _draw(board, what, met[:n_shown]))
    show_heatmap(drawn, key="heatmap")
    among = f"Among the first {n_shown}: " if n_shown < len(met) else ""
    note(f"{among}{drawn.words} {_what_counts(board)}")
    with st.expander("The same as a table", key="heatmap_table", on_change="rerun") as table:
        if table.open:
            _show_table(board)


def _ask_for_all(n: int) -> bool:
    return st.toggle(
        f"All {n:,} contestants",
        key="all_cells",
        bind="query-params",
        help=f"Otherwise the first {FIRST_SHOWN} of the ranking. The table below holds every pair.",
    )


_heatmaps: Final[Drawings[Heatmap]] = Drawings()


def _draw(board: Board, what: Figure, contestants: Sequence[str]) -> Heatmap:
    names = {contestant: visible(contestant) for contestant in contestants}
    cells = [
        HeatmapCell(names[cell.row], names[cell.column], cell.win_share, cell.win_probability, cell.n_matches)
        for cell in board.cells
        if cell.row in names and cell.column in names
    ]
    links = {shown: "&" + urlencode({"contestant": contestant}) for contestant, shown in names.items()}
    return Heatmap(cells, links, what, matches_href(board), heatmap_in_words(cells, figure=what))


def _what_counts(board: Board) -> str:
    """Say how a cell's count and the list that it opens may differ."""
    query = board.query
    rules = [
        "flips" if query.flips == "drop" else "",
        "matches with a both bad" if query.both_bad == "drop" else "",
        "votes beside the majority" if query.lens == "human" and query.votes == "majority" else "",
        "matches without known probabilities" if query.outcomes == "probability" else "",
    ]
    left_out = ", ".join(rule for rule in rules if rule)
    if left_out:
        return f"A cell opens its scored matches; the list also holds the {left_out} that are left out here."
    return "A cell opens its scored matches."


def _show_table(board: Board) -> None:
    st.dataframe(
        [
            {
                "contestant": cell.row,
                "against": cell.column,
                "won": cell.win_share,
                "predicted": cell.win_probability,
                "matches": cell.n_matches,
            }
            for cell in board.cells
        ],
        hide_index=True,
        column_config={
            "won": st.column_config.NumberColumn(format="percent"),
            "predicted": st.column_config.NumberColumn(format="percent", help="What the ratings predict."),
        },
        alt="Wins by pair of contestants",
    )
