"""Declaring the pair of a match as a gold pair: one whose verdict the team knows."""

from __future__ import annotations

from typing import Final

import streamlit as st

from arena.store import Database
from arena.vote.gold import VERDICTS, get_gold, set_gold
from ui.state import database

_WORDS: Final = {
    None: "no gold pair",
    "a": "A is better",
    "b": "B is better",
    "tie": "a tie",
    "both_bad": "both bad",
}


def show_gold(db: Database, match_id: int) -> None:
    """Let the team say what a careful voter says of this pair."""
    options = (None, *VERDICTS)
    key = f"gold_{match_id}"
    st.selectbox(
        "Gold pair", options, index=options.index(get_gold(db, match_id)), key=key, width=220,
        format_func=lambda verdict: _WORDS[verdict], on_change=_declare, args=(match_id, key),
        help="A pair whose verdict you know. Voters are shown it among the others; who misses it shows in the"
        " table of voters.",
    )  # fmt: skip


def _declare(match_id: int, key: str) -> None:
    set_gold(database(), match_id, st.session_state[key])
