"""The leaderboard answers: which is better, and how sure is that."""

from contextlib import nullcontext

import streamlit as st

from arena.datasets import list_datasets
from ui.board_address import matches_query
from ui.board_reading import read_exact
from ui.components.board import TABLE, show_board_table
from ui.components.board_charts import show_coefficients
from ui.components.board_checks import show_what_decides
from ui.components.board_empty import show_no_board
from ui.components.board_exports import show_exports
from ui.components.board_inputs import PARAMETERS, ask_board
from ui.components.board_sections import show_sections, show_sections_without_matches
from ui.components.board_shown import Shown
from ui.components.board_words import show_words
from ui.components.datasets import choose_dataset
from ui.components.words import invented_badge, lead, notes
from ui.memory import recall, remember
from ui.navigation import LEADERBOARD, MATCHES, same_page_link
from ui.state import database, read_board
from ui.way_back import way_here

st.title("Leaderboard")
db = database()
recall(LEADERBOARD, PARAMETERS)
inputs, said = st.container(horizontal=True, vertical_alignment="bottom"), st.container()
with inputs:
    dataset = choose_dataset(list_datasets(db), purpose="The ranking of your contestants")
    query = ask_board(db, dataset, said)

# A skeleton above a board that is being replaced would move it down and up again.
is_first = TABLE not in st.session_state
with st.container(), st.skeleton(height=300) if is_first else nullcontext():
    board = read_board(query, dataset)

if board.is_invented:
    invented_badge()
lead(board.sentence)
show_what_decides(Shown(board, query, dataset))
if not board.n_scored:
    show_no_board(board, dataset)
    show_sections_without_matches(query, dataset)
    remember(LEADERBOARD, PARAMETERS)
    st.stop()

show_board_table(board, read_exact(query, dataset))
notes(board.notes)
with st.container(horizontal=True, vertical_alignment="center"):
    show_exports(board)
    if board.unit != "level":
        same_page_link(
            MATCHES, "Open the matches", {**matches_query(board), **way_here(LEADERBOARD)}, icon=MATCHES.icon
        )
    show_words()

show_sections(Shown(board, query, dataset))
show_coefficients(board)
remember(LEADERBOARD, PARAMETERS)
