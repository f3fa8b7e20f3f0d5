"""Judges: may they be trusted."""

import streamlit as st

from arena.anchors import list_anchor_sets
from arena.datasets import list_datasets
from arena.judges import find_ranking_judge, list_judges
from ui.components.address_words import say_unknown
from ui.components.datasets import choose_dataset
from ui.components.empty import show_empty
from ui.components.judge_agreement import show_agreement
from ui.components.judge_board import show_board_effect
from ui.components.judge_card import show_card
from ui.components.judge_choice import choose_judge, choose_rival
from ui.components.judge_drift import ask_anchor, ask_before, show_anchor_forms, show_drift
from ui.components.judge_figures import show_comparison
from ui.components.judge_jury import ask_jury, show_jury
from ui.components.judge_lab import show_lab
from ui.components.judge_people import ask_price, show_next_labels, show_queue, show_voters
from ui.components.judge_reading import (
    read_board_effect,
    read_card,
    read_disagreements,
    read_drift,
    read_jury,
    read_labels,
    read_voters,
)
from ui.navigation import RUNS
from ui.state import database

TABS = ["Card", "Agreement", "Ranks", "Jury", "Drift", "Lab", "People", "Disagreements", "Next label"]

st.title("Judges")
db = database()
inputs, said = st.container(horizontal=True, vertical_alignment="bottom"), st.container()
with inputs:
    dataset = choose_dataset(list_datasets(db), purpose="What your judges are worth")
    judges = {
        judge.label: judge
        for judge in list_judges(db, dataset.name)
        if judge.kind != "human" and judge.mode == "pairwise"
    }
    if judges:
        with said:
            say_unknown("judge", list(judges), what="judge")
            say_unknown("with", list(judges), what="judge")
            say_unknown("view", TABS, what="section")
        chosen = choose_judge(judges, find_ranking_judge(db, dataset.name))
        other = choose_rival(judges, chosen)
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

judge = judges[chosen]
version = f"{judge.name}@{judge.version}"
if other is not None:
    rival = judges[other]
    with st.skeleton(height=300):
        compared = read_card(version, dataset), read_card(f"{rival.name}@{rival.version}", dataset)
    show_comparison(*compared)

tabs = dict(zip(TABS, st.tabs(TABS, on_change="rerun", key="view", bind="query-params"), strict=True))
if tabs["Card"].open:
    with tabs["Card"]:
        with st.skeleton(height=300):
            card = read_card(version, dataset)
        show_card(card, judge.label)
if tabs["Agreement"].open:
    with tabs["Agreement"]:
        with st.skeleton(height=300):
            card = read_card(version, dataset)
        show_agreement(card)
if tabs["Ranks"].open:
    with tabs["Ranks"]:
        show_board_effect(read_board_effect(version, dataset))
if tabs["Jury"].open:
    with tabs["Jury"]:
        wish = ask_jury(judges, chosen)
        if wish is not None:
            show_jury(read_jury(wish, dataset))
if tabs["Drift"].open:
    with tabs["Drift"]:
        sets = list_anchor_sets(db, dataset.name)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            before, anchor = ask_before(judges, chosen), ask_anchor(sets)
        if before is not None:
            earlier = f"{judges[before].name}@{judges[before].version}"
            show_drift(read_drift(earlier, version, dataset, anchor))
        show_anchor_forms(judge, dataset.name, sets)
if tabs["Lab"].open:
    with tabs["Lab"]:
        show_lab(judge, dataset.name)
if tabs["People"].open:
    with tabs["People"]:
        show_voters(read_voters(dataset))
if tabs["Disagreements"].open:
    with tabs["Disagreements"]:
        show_queue(read_disagreements(version, dataset), dataset.name)
if tabs["Next label"].open:
    with tabs["Next label"]:
        show_next_labels(read_labels(version, dataset, ask_price()), dataset.name)
