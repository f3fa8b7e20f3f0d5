"""The leaderboard answers: which is better, and how sure is that."""

import streamlit as st

from arena.datasets import list_datasets
from ui.components.agreement import show_judge_and_people
from ui.components.board import board_in_words, show_board_table
from ui.components.board_charts import show_coefficients, show_forest, show_heatmap
from ui.components.board_csv import standings_csv
from ui.components.board_inputs import ask_board
from ui.components.datasets import choose_dataset
from ui.components.empty import show_empty
from ui.components.exact import show_exact
from ui.components.words import invented_badge, lead, notes
from ui.figures import plural
from ui.navigation import MATCHES, RUNS, page_link
from ui.state import database, read_board

st.title("Leaderboard")
db = database()
with st.container(horizontal=True, vertical_alignment="bottom"):
    dataset = choose_dataset(list_datasets(db), purpose="The ranking of your contestants")
    query = ask_board(db, dataset)

with st.skeleton(height=300):
    board = read_board(query, dataset)

if board.is_invented:
    invented_badge()
lead(board.sentence)
if not board.standings:
    show_empty(
        "No ranking yet",
        f"{dataset.name} has {plural(dataset.n_responses, 'response')} and"
        f" {plural(board.n_matches, 'match', 'matches')} for these settings. A ranking needs verdicts: let a"
        " judge compare the responses. The built-in judges need no key.",
        button="Judge the responses",
        target=RUNS,
        query={"dataset": dataset.name},
    )
    notes(board.notes)
    st.stop()

show_board_table(board)
notes(board.notes)
with st.container(horizontal=True):
    st.download_button(
        "Export CSV",
        standings_csv(board),
        file_name=f"leaderboard-{dataset.name}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    page_link(MATCHES, "Open the matches", {"dataset": dataset.name}, icon="compare_arrows")

beats, intervals, people, exact = st.tabs(
    ["Who beats whom", "Intervals", "Judge and people", "Exact metrics"],
    on_change="rerun",
    key="view",
    bind="query-params",
)
if beats.open:
    with beats:
        show_heatmap(board)
if intervals.open:
    with intervals:
        show_forest(board, board_in_words(board))
if people.open:
    with people:
        show_judge_and_people(query, dataset)
if exact.open:
    with exact:
        show_exact(dataset, query.tags)
show_coefficients(board)
