"""What pages share: the open database, and what they read of it again and again.

Caches hold plain values and frozen dataclasses, for a minute at most; the database is the truth.
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
    """Rank, or return what was ranked before of the same dataset with the same counts.

    A switch of a tab, or a second reader, costs no second fit.
    """
    return _rank(database_url(), query, dataset)


@st.cache_resource(max_entries=4, show_spinner=False)
def _open(url: str) -> Database:
    return open_store(url)


@st.cache_data(max_entries=64, ttl=60, show_spinner=False)
def _rank(url: str, query: BoardQuery, dataset: DatasetSummary) -> Board:
    # The counts of the dataset are part of the key: they change with every match and vote.
    return get_board(_open(url), replace(query, dataset=dataset.name))
