"""Around one match: back to its list and to where that was opened, previous and next, and its place."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from arena.errors import ArenaError
from arena.match_lists import PAGE_SIZE
from arena.matches import MatchDetail, MatchFilter, Neighbours, get_neighbours
from arena.store import Database
from ui.components.words import note
from ui.match_address import filter_from_address, filter_to_query, with_match
from ui.navigation import MATCH, MATCHES, page_link, same_page_link
from ui.way_back import carried, show_way_back


def show_way(database: Database, detail: MatchDetail) -> None:
    """Show the links; says so where the match is not of the list that the address names."""
    row = detail.row
    asked = filter_from_address()
    if asked.dataset is not None and asked.dataset != row.dataset:
        note(f"Match {row.id} is of the dataset {row.dataset}, not of {asked.dataset}.")
        asked = MatchFilter(dataset=row.dataset)
    wanted = replace(asked, dataset=row.dataset)
    try:
        near = get_neighbours(database, wanted, row.id)
    except ArenaError as error:  # a judge of that name is gone; the match is still here
        note(f"The list it was opened from cannot be shown. {error}")
        wanted = MatchFilter(dataset=row.dataset)
        near = get_neighbours(database, wanted, row.id)
    with st.container(horizontal=True, vertical_alignment="center"):
        show_way_back()
        page_link(MATCHES, "All of this list", _list_address(wanted, near), icon="arrow_back")
        if near.previous_id is not None:
            same_page_link(MATCH, "Previous", with_match(wanted, near.previous_id), icon="chevron_left")
        if near.next_id is not None:
            same_page_link(MATCH, "Next", with_match(wanted, near.next_id), icon="chevron_right")
        note(_place(near))


def _list_address(wanted: MatchFilter, near: Neighbours) -> dict[str, str | list[str]]:
    """Return the list at the page that holds the match."""
    page = 1 if near.position is None else (near.position - 1) // PAGE_SIZE + 1
    return {**filter_to_query(wanted), **carried(), **({"page": str(page)} if page > 1 else {})}


def _place(near: Neighbours) -> str:
    total = f"more than {near.n_total:,}" if near.is_capped else f"{near.n_total:,}"
    return f"not in this list of {total}" if near.position is None else f"{near.position:,} of {total}"
