"""The way back through links: a list opened from the leaderboard knows the leaderboard as it was left.

The browser's own Back works too; this one survives a shared link and a walk from match to match.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, urlencode

import streamlit as st

from ui.navigation import CONTESTANT, HOME, JUDGES, LEADERBOARD, RUNS, PageEntry, Query, page_link

PARAMETER: Final = "back"
_FROM: Final = {entry.path: entry for entry in (LEADERBOARD, CONTESTANT, JUDGES, RUNS, HOME)}
_MAX_CHARS: Final = 2_000


def way_here(entry: PageEntry) -> dict[str, str]:
    """Return what a link away from this page carries, so that the way back leads to what is seen now."""
    pairs = [
        (name, value)
        for name in st.query_params
        if name != PARAMETER
        for value in st.query_params.get_all(name)
    ]
    return {PARAMETER: f"{entry.path}?{urlencode(pairs)}" if pairs else entry.path}


def carried() -> dict[str, str]:
    """Return what this page was given and hands on to the next; nothing where the address is not ours."""
    given = st.query_params.get(PARAMETER, "")
    return {PARAMETER: given} if _target(given) is not None else {}


def show_way_back() -> None:
    """Show the link; nothing where the page was opened from elsewhere."""
    given = st.query_params.get(PARAMETER, "")
    target = _target(given)
    if target is not None:
        query: Query = parse_qs(given.partition("?")[2])
        page_link(target, target.title, query, icon="arrow_back")


def _target(given: str) -> PageEntry | None:
    """Only pages of the app: an address from outside must not lead out."""
    return _FROM.get(given.partition("?")[0]) if len(given) <= _MAX_CHARS else None
