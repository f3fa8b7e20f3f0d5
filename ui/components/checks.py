"""Exact checks from the page: choose metrics, compute what is missing; best of n by a judge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from arena.datasets import DatasetSummary, list_contestant_names
from arena.errors import ArenaError
from arena.exact import choose_best_of, get_exact_board, score_dataset
from arena.exact.scoring import MetricCount
from arena.judges import list_judges
from arena.store import Database
from ui.components.exact import show_exact
from ui.components.words import lead, note, notes
from ui.figures import count, plural
from ui.navigation import RUNS, page_link
from ui.render import label

# Not here: perplexity comes with the responses, and an embedding would bring LiteLLM into this process.
METRICS: Final = ("exact", "contains", "number", "regex", "edit", "rouge-l", "chrf", "bleu", "ter")


def show_checks(database: Database, dataset: DatasetSummary) -> None:
    """Show the tab."""
    said: list[str] = st.session_state.pop("checks_said", [])
    if said:
        lead(said[0])
        notes(said[1:])
    with st.form("checks", border=False):
        asked = st.multiselect(
            "Metrics", METRICS, key="checks_metrics", accept_new_options=True, placeholder="Choose or type",
            help="Type an argument after a colon: number:1% is within one percent, bleu:zh cuts Chinese,"
            " regex:PATTERN looks for the pattern. Only what is missing or out of date is computed.",
        )  # fmt: skip
        if st.form_submit_button("Compute", type="primary", icon=":material/rule:") and asked:
            _compute(database, dataset.name, [str(metric) for metric in asked])
    note("Computed here, free, against each prompt's references. Embeddings: python -m arena exact --metric")
    if _has_figures(database, dataset.name):
        show_exact(dataset, ())
    st.subheader("Best of several samples")
    _ask_best(database, dataset.name)


def _has_figures(database: Database, dataset: str) -> bool:
    board = get_exact_board(database, dataset)
    return bool(board.columns or board.passes)


def _compute(database: Database, dataset: str, metrics: Sequence[str]) -> None:
    if any(metric.strip().lower().startswith("embedding") for metric in metrics):
        st.warning("Embeddings are asked of a model and may cost money: compute them from the shell.")
        return
    try:
        with st.spinner("Computing"):
            report = score_dataset(database, dataset, metrics)
    except ArenaError as error:
        st.error(label(error), icon=":material/error:")
        return
    n_new = sum(one.n_new for one in report.metrics)
    st.session_state["checks_said"] = [
        f"{plural(n_new, 'figure')} computed for {plural(report.n_responses, 'response')}.",
        *(problem for one in report.metrics for problem in _words(one)),
    ]
    st.cache_data.clear()
    st.rerun()


def _words(one: MetricCount) -> list[str]:
    said = [f"{one.metric}: {count(one.n_new)} computed, {count(one.n_already)} there already"]
    return said + [f"{one.metric}, no figure: {problem}" for problem in one.problems]


def _ask_best(database: Database, dataset: str) -> None:
    """Make a contestant of the samples that a pointwise judge graded highest."""
    graders = [judge.label for judge in list_judges(database, dataset) if judge.mode == "pointwise"]
    names = list_contestant_names(database, dataset)
    if not graders:
        note(
            "Needs several samples of a contestant, each graded: generate them (Samples each: 2 or more),"
            " then let a judge grade them one by one. The best ones become a contestant of their own."
        )
        page_link(RUNS, "Grade with a judge", {"dataset": dataset}, icon=RUNS.icon)
        return
    with st.form("best_of", border=False):
        who, by, of = st.columns(3, vertical_alignment="bottom")
        contestant = who.selectbox("Contestant", names, key="best_contestant")
        judge = by.selectbox("Graded by", graders, key="best_judge")
        n = of.number_input("Best of", 2, 100, 2, key="best_n")
        if not st.form_submit_button("Choose the best", icon=":material/trophy:"):
            return
    if contestant is None or judge is None:
        return
    try:
        report = choose_best_of(database, dataset, contestant, judge, int(n))
    except ArenaError as error:
        st.error(label(error), icon=":material/error:")
        return
    words = [f"{report.contestant}: {plural(report.n_chosen, 'response')} chosen"]
    if report.n_already:
        words.append(f"{count(report.n_already)} there already")
    if report.n_without:
        words.append(f"{plural(report.n_without, 'prompt')} left out for want of a sample or a grade")
    st.success(label("; ".join(words) + "."), icon=":material/check_circle:")
