"""What pages share: the open database, and what they read of it again and again.

Caches hold plain values and frozen dataclasses, for seconds only; the database is the truth.
"""

from __future__ import annotations

import streamlit as st

from arena.store import Database, database_url, open_store

__all__ = ["database", "database_url"]


def database() -> Database:
    """Return the database that `$DATABASE_URL` names, opened and upgraded once a process.

    Raises
    ------
    ArenaError
        With a sentence for people, where it cannot be reached or comes from a newer version.
    """
    return _open(database_url())


@st.cache_resource(max_entries=4, show_spinner=False)
def _open(url: str) -> Database:
    return open_store(url)
