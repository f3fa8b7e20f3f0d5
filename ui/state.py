"""What pages share: the open database, and what they read of it again and again.

The database is the truth; what `arena` keeps of it is compared with it at every reading.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from arena.datasets import DatasetSummary
from arena.leaderboard import Board, BoardQuery, get_board
from arena.store import Database, database_url, open_store

__all__ = ["database", "database_url", "read_board"]


def database() -> Database:
    """Return the database that `$DATABASE_URL` names, opened and upgraded once a process.

    Raises
    ------
    ArenaError
        With a sentence for people, where it cannot be reached or comes from a newer version.
    """
    return _open(database_url())


def read_board(query: BoardQuery, dataset: DatasetSummary) -> Board:
    """Rank within this dataset. The same matches are fitted once: a second reader costs no second fit."""
    return get_board(database(), replace(query, dataset=dataset.name))


@st.cache_resource(max_entries=4, show_spinner=False)
def _open(url: str) -> Database:
    return open_store(url)
