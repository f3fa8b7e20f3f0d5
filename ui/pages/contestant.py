"""One contestant answers: where does it win, where does it fail, what is it and what does it cost."""

import streamlit as st

from arena.datasets import list_contestant_names, list_datasets
from ui.board_address import board_to_query
from ui.board_reading import read_contestant
from ui.components.board_inputs import PARAMETERS, ask_board
from ui.components.contestant import (
    as_counted,
    choose_contestant,
    show_facts,
    show_opponents,
    show_settings,
    show_tags,
    show_worst,
)
from ui.components.datasets import choose_dataset
from ui.components.empty import show_empty
from ui.components.words import invented_badge, lead, note
from ui.memory import recall, remember
from ui.navigation import CONTESTANT, LEADERBOARD, RUNS, same_page_link
from ui.render import label
from ui.state import database

db = database()
recall(CONTESTANT, ("name", *PARAMETERS))
title, back = st.container(), st.container()
inputs, said = st.container(horizontal=True, vertical_alignment="bottom"), st.container()
with inputs:
    dataset = choose_dataset(list_datasets(db), purpose="Every contestant's wins and losses")
    name = choose_contestant(list_contestant_names(db, dataset.name), dataset, said)
    query = ask_board(db, dataset, said)
title.title(label(name), anchor=False)
with back:
    same_page_link(LEADERBOARD, "Leaderboard", board_to_query(query), icon="arrow_back")

counted = as_counted(query)
with st.skeleton(height=300):
    report = read_contestant(counted, dataset, name)
if report.is_invented:
    invented_badge()
lead(report.sentence)
show_facts(report)
if report.overall is None:
    show_empty(
        "No match yet",
        f"{name} has {report.figures.n_responses:,} responses here, and no scored match for these settings.",
        button="Judge the responses",
        target=RUNS,
        query={"dataset": dataset.name},
    )
else:
    st.subheader("Opponents")
    show_opponents(report, counted)
    st.subheader("By tag")
    show_tags(report, query)
    st.subheader("Worst prompts")
    show_worst(report, counted)
    note("Intervals are 95 %, clustered by prompt, each on its own: among many, one in twenty misses.")
st.subheader("Settings")
show_settings(report)
remember(CONTESTANT, ("name", *PARAMETERS))
