"""What bias does to the board: ranks with and without each term, and by lens; who moves is marked."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from arena.audit.board_effect import BoardEffect, RankedColumn, RankedRow
from ui.components.judge_figures import show_table
from ui.components.words import lead, notes
from ui.figures import NONE, rank


def show_board_effect(effect: BoardEffect) -> None:
    """Show two tables: terms of the fit, and lenses."""
    lead(effect.sentence)
    _columns(effect.terms)
    st.subheader("Whose verdicts rank")
    _columns(effect.lenses)
    st.html(
        '<p class="eh-note">Ranks with 95 % ranges; an arrow marks who stands elsewhere than on the left.</p>'
    )


def _columns(columns: Sequence[RankedColumn]) -> None:
    contestants = [row.contestant for column in columns[:1] for row in column.rows]
    found = {column.name: {row.contestant: row for row in column.rows} for column in columns}
    rows: list[dict[str, str | Markup]] = [
        {"Contestant": name} | {column.name: _rank(found[column.name].get(name)) for column in columns}
        for name in contestants
    ]
    show_table(("Contestant", *found), rows, empty="This judge has no ranking yet.")
    notes([f"{column.name}: {column.note}" for column in columns if column.note])


def _rank(row: RankedRow | None) -> str | Markup:
    if row is None or row.rank is None:
        return NONE
    moved = Markup("")
    if row.moves:
        arrow = "\N{UPWARDS ARROW}" if row.moves > 0 else "\N{DOWNWARDS ARROW}"
        words = f"{abs(row.moves)} {'up' if row.moves > 0 else 'down'}"
        moved = Markup(' <strong title="{0}" aria-label="{0}">{1}{2}</strong>').format(
            words, arrow, abs(row.moves)
        )
    span = ""
    if row.rank_low is not None and row.rank_high is not None and row.rank_low != row.rank_high:
        span = Markup(' <span class="eh-quiet">({})</span>').format(rank(row.rank_low, row.rank_high))
    return Markup("{}{}{}").format(row.rank, span, moved)
