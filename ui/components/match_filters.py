"""What the list of matches is asked: judge, contestant and outcome in sight, the rest under "More"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import streamlit as st

from arena.datasets import DatasetSummary, list_contestants, list_tags
from arena.judges import list_judges
from arena.matches import MatchFilter
from arena.store import Database
from ui.components.verdicts import REASON_WORDS
from ui.match_address import AGREEMENTS, ANY, KINDS, OUTCOMES, Outcome

_OUTCOME_HELP = (
    "decided: one contestant is better in every order. flip: the verdict changed when the order was swapped."
    " unscored: no verdict, with a reason."
)


def ask_matches(database: Database, dataset: DatasetSummary) -> MatchFilter:
    """Show the inputs and return what they ask."""
    judges = [judge.label for judge in list_judges(database, dataset.name) if judge.mode == "pairwise"]
    contestants = [one.name for one in list_contestants(database, dataset.name)]
    judge = st.multiselect("Judge", judges, key="judge", bind="query-params", placeholder="Any")
    contestant = st.multiselect(
        "Contestant",
        contestants,
        key="contestant",
        bind="query-params",
        placeholder="Any",
        help="With two, the matches between them.",
    )
    outcome = st.selectbox(
        "Outcome", [ANY, *OUTCOMES], key="outcome", bind="query-params", help=_OUTCOME_HELP
    )
    with st.popover("More", icon=":material/tune:"):
        more = _ask_more(database, dataset)
    return replace(
        more,
        judges=tuple(judge),
        contestants=tuple(contestant),
        outcome=None if outcome == ANY else cast("Outcome", outcome),
    )


def _ask_more(database: Database, dataset: DatasetSummary) -> MatchFilter:
    names = [tag.tag for tag in list_tags(database, dataset.name)]
    tags = st.multiselect("Tag", names, key="tag", bind="query-params", placeholder="Any")
    kind = _choose("Judged by", KINDS, "kind", None)
    people = _choose(
        "The people who voted",
        AGREEMENTS,
        "people",
        "Whether the AI judge sided with most votes on the same two responses.",
    )
    reason = st.selectbox("Unscored because", [ANY, *REASON_WORDS], key="reason", bind="query-params")
    text = st.text_input("Text", key="text", bind="query-params", placeholder="In the prompt or a response")
    return MatchFilter(
        dataset=dataset.name,
        kind=None if kind == ANY else kind,
        tags=tuple(tags),
        reason=None if reason == ANY else reason,
        disagrees_with_people=None if people == ANY else people == "disagrees",
        text=text.strip() or None,
    )


def _choose(label: str, options: Sequence[str], key: str, explanation: str | None) -> str:
    return st.segmented_control(
        label, [ANY, *options], key=key, bind="query-params", default=ANY, required=True, help=explanation
    )
