"""Matches: find the ones that matter."""

import streamlit as st

from arena.match_lists import TEXT_WINDOW, list_listed_datasets, list_matches
from ui.address import page_from_address
from ui.components.address_words import say_no_page
from ui.components.datasets import choose_dataset
from ui.components.empty import show_empty
from ui.components.match_filters import ask_matches, under_more
from ui.components.match_table import show_match_table
from ui.components.words import invented_badge, note
from ui.figures import plural
from ui.match_address import filter_to_query
from ui.navigation import MATCHES, RUNS
from ui.state import database
from ui.way_back import show_way_back

show_way_back()
st.title("Matches")
db = database()
aside = st.container()
with st.container(horizontal=True, vertical_alignment="bottom"):
    dataset = choose_dataset(
        list_listed_datasets(db), purpose="Every comparison that a judge or a person made"
    )
    if dataset.has_matches:
        wanted = ask_matches(dataset, aside)
if dataset.is_invented:
    invented_badge()
if not dataset.has_matches:
    show_empty(
        "No matches yet",
        f"Nobody has compared the responses of {dataset.name} yet. Each"
        " comparison will be listed here with both shown orders and the judge's reasoning.",
        button="Judge the responses",
        target=RUNS,
        query={"dataset": dataset.name},
    )
    st.stop()

pager = st.container(horizontal=True, vertical_alignment="center")
number = page_from_address("page", wanted)
with st.skeleton(height=400):
    page = list_matches(db, wanted, number)
with aside:
    say_no_page("page", page.n_pages)
with pager:
    found = plural(page.n_total, "match", "matches")
    note(f"more than {found}; the newest are listed" if page.is_capped else f"{found}, newest first")
    hidden = under_more(wanted)
    if hidden:
        note(f"under More: {hidden}")
    if page.is_text_bounded:
        note(f"Responses were searched in the newest {TEXT_WINDOW:,} matches only, prompts in all.")
if page.rows:
    show_match_table(page.rows, wanted)
elif filter_to_query(wanted) != {"dataset": dataset.name}:
    show_empty(
        "No match fits these filters",
        "Take a filter away to see more.",
        button="Show all",
        target=MATCHES,
        query={"dataset": dataset.name},
    )
if page.n_pages > 1:
    st.pagination(page.n_pages, key="page", bind="query-params")
