"""Judges: may they be trusted."""

import streamlit as st

from arena.audit import get_cards
from arena.datasets import list_datasets
from arena.judges import list_judges
from ui.components.datasets import choose_dataset
from ui.components.empty import show_empty
from ui.components.judge_card import show_card
from ui.components.words import lead
from ui.navigation import RUNS
from ui.state import database

PAGE_SIZE = 10

st.title("Judges")
db = database()
dataset = choose_dataset(list_datasets(db), purpose="What your judges are worth")
judges = [
    judge for judge in list_judges(db, dataset.name) if judge.kind != "human" and judge.mode == "pairwise"
]
if not judges:
    show_empty(
        "No judge has compared anything here",
        "A card will show how often each judge changes its verdict when the order is swapped,"
        " which position it favours and what it could not decide. The built-in judges need no key.",
        button="Start a judge run",
        target=RUNS,
        query={"dataset": dataset.name},
    )
    st.stop()

lead("A judge that changes its verdict with the shown order is guessing; each card says how often.")
page = 1
if len(judges) > PAGE_SIZE:
    page = st.pagination(-(-len(judges) // PAGE_SIZE), key="page", bind="query-params")
for judge in judges[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]:
    for card in get_cards(db, f"{judge.name}@{judge.version}", dataset.name):
        show_card(card, judge.label)
