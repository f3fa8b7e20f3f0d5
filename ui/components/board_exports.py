"""The board to take along: a table, a record, and a receipt that recomputes it."""

from __future__ import annotations

import json
from dataclasses import asdict

import streamlit as st

from arena.leaderboard import Board
from arena.receipt import make_receipt
from ui.components.board_csv import standings_csv


def show_exports(board: Board) -> None:
    """Show one button a format; a file is made when it is asked for."""
    name = f"leaderboard-{board.query.dataset}"
    st.download_button(
        "Export CSV",
        lambda: standings_csv(board),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="export_csv",
    )
    st.download_button(
        "JSON",
        lambda: board_json(board),
        file_name=f"{name}.json",
        mime="application/json",
        icon=":material/data_object:",
        on_click="ignore",
        key="export_json",
    )
    st.download_button(
        "Receipt",
        lambda: json.dumps(make_receipt(board), indent=2, ensure_ascii=False),
        file_name=f"{name}-receipt.json",
        mime="application/json",
        icon=":material/receipt_long:",
        on_click="ignore",
        key="export_receipt",
        help="Settings, hash of the matches, versions: `python -m arena verify FILE` computes it anew.",
    )


def board_json(board: Board) -> str:
    """Return the settings and standings as the command line prints them."""
    record = {
        "settings": asdict(board.query),
        "judges": board.judges,
        "sentence": board.sentence,
        "notes": board.notes,
        "is_invented": board.is_invented,
        "standings": [asdict(row) for row in board.standings],
    }
    return json.dumps(record, indent=2, ensure_ascii=False)
