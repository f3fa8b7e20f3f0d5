"""Home answers: what is this, and what next."""

from dataclasses import replace

import streamlit as st

from arena.board.records import BoardQuery
from arena.demo.load import DEMO_DATASET, get_demo_state
from arena.vote.datasets import list_dataset_choices
from ui.components.board import show_board_table
from ui.components.checklist import load_checklist, show_needs, show_steps
from ui.components.datasets import choose_name
from ui.components.doors import show_demo_footer, show_doors
from ui.components.words import invented_badge, lead, note
from ui.navigation import LEADERBOARD, page_link
from ui.state import database, read_board

TOP = 3

st.title("Home")
lead("Compare models, prompts and systems, and know how far to trust the answer.")
db = database()
names = list_dataset_choices(db)
demo = get_demo_state(db)
show_doors(names, demo)
if not names:
    note(
        "There is no data yet. Each of these three ways leads to a ranking; what the demo brings can be"
        " removed again at the foot of this page."
    )
    st.stop()

dataset = choose_name(names)
with st.skeleton(height=240):
    facts = load_checklist(dataset)
if facts.dataset.is_invented:
    invented_badge()
steps, needs = st.columns([3, 2])
with steps, st.container(border=True, height="stretch", key="checklist"):
    st.markdown("**How far this comparison is**")
    show_steps(facts)
with needs, st.container(border=True, height="stretch", key="needs"):
    st.markdown("**Needs you**")
    show_needs(facts)

if facts.dataset.n_matches + facts.dataset.n_votes:
    with st.skeleton(height=200):
        board = read_board(BoardQuery(dataset=dataset), facts.dataset)
    if board.standings:
        st.subheader("Top of the board")
        lead(board.sentence)
        show_board_table(replace(board, standings=board.standings[:TOP]))
        page_link(LEADERBOARD, "Open the leaderboard", {"dataset": dataset}, icon="leaderboard")
if demo.is_loaded and dataset == DEMO_DATASET:
    show_demo_footer(demo)
