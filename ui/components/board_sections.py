"""The sections below the leaderboard; only the one that is open computes anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from arena.datasets import DatasetSummary
from arena.leaderboard import BoardQuery
from ui.board_reading import read_exact
from ui.components.address_words import say_unknown
from ui.components.agreement import show_judge_and_people
from ui.components.board_cells import show_cells
from ui.components.board_charts import show_cost, show_forest
from ui.components.board_checks import show_cycles, show_fragility, show_predictions
from ui.components.board_history import show_history, show_levels
from ui.components.board_shown import Shown
from ui.components.exact import show_exact
from ui.components.words import note

EXACT: Final = "Exact metrics"
SECTIONS: Final[dict[str, Callable[[Shown], None]]] = {
    "Who beats whom": show_cells,
    "Intervals": show_forest,
    "Over time": show_history,
    "Rating and cost": show_cost,
    "Judge and people": lambda shown: show_judge_and_people(shown.query, shown.dataset),
    "Levels and pairs": show_levels,
    "Prediction": show_predictions,
    "First place": show_fragility,
    "Cycles": show_cycles,
    EXACT: lambda shown: show_exact(shown.dataset, shown.query.tags),
}
QUESTIONS: Final = {
    "Over time": "Has the order settled, or does it still change with every batch of matches?",
    "Rating and cost": "What does a better rating cost?",
    "Levels and pairs": "Does grading each response alone give the same order as comparing two?",
    "Prediction": "Does the ranking foretell matches on prompts that it has not seen?",
    "First place": "How few matches decide who comes first?",
    "Cycles": "Is one rating enough, or do some contestants beat each other in a circle?",
}
NEEDS_PAIRS: Final = ("Who beats whom", "Over time", "Prediction", "First place", "Cycles")


def show_sections(shown: Shown) -> None:
    """Let the reader choose one section, and show it."""
    names = list(SECTIONS)
    say_unknown("view", names, what="section")
    name: str = st.pills(
        "Look closer",
        names,
        key="view",
        bind="query-params",
        default=names[0],
        required=True,
    )
    if name in QUESTIONS:
        note(QUESTIONS[name])
    if shown.query.method == "mean-level" and name in NEEDS_PAIRS:
        note("A board of mean levels has no matches; choose another method under More to see this.")
        return
    SECTIONS[name](shown)


def show_sections_without_matches(query: BoardQuery, dataset: DatasetSummary) -> None:
    """Show what needs no match: exact metrics, where there are any or the address asks for them."""
    exact = read_exact(query, dataset)
    if exact.columns or exact.passes or st.query_params.get("view") == EXACT:
        st.subheader(EXACT)
        show_exact(dataset, query.tags)
