"""What the list of matches is asked: judge, contestant and outcome in sight, the rest under "More"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from arena.match_lists import TEXT_WINDOW, ListedDataset, MatchChoices, MatchFilter, get_match_choices
from ui.components.address_words import say_unknown
from ui.components.verdicts import REASON_WORDS, reason_words
from ui.match_address import AGREEMENTS, ANY, KINDS, OUTCOMES, Outcome
from ui.state import database

_OUTCOME_HELP = (
    "scored: there is a verdict. decided: one contestant is better in every order. flip: the verdict changed"
    " when the order was swapped. unscored: no verdict, with a reason."
)


_TEXT_HELP = (
    f"Prompts are searched all; responses in the newest {TEXT_WINDOW:,} matches that fit the other filters."
)


def ask_matches(dataset: ListedDataset, aside: DeltaGenerator) -> MatchFilter:
    """Show the inputs and return what they ask; `aside` takes what the address asks for in vain."""
    choices = get_match_choices(database(), dataset.name)
    with aside:
        say_unknown("judge", choices.judges, what="judge")
        say_unknown("contestant", choices.contestants, what="contestant")
        say_unknown("tag", [*choices.tags, "all"], what="tag")
        say_unknown("outcome", [ANY, *OUTCOMES], what="outcome")
        say_unknown("reason", [ANY, *REASON_WORDS], what="reason")
    judge = st.multiselect("Judge", choices.judges, key="judge", bind="query-params", placeholder="Any")
    contestant = st.multiselect(
        "Contestant",
        choices.contestants,
        key="contestant",
        bind="query-params",
        placeholder="Any",
        help="With two, the matches between them.",
    )
    outcome = st.selectbox(
        "Outcome", [ANY, *OUTCOMES], key="outcome", bind="query-params", help=_OUTCOME_HELP
    )
    with st.popover("More", icon=":material/tune:"):
        more = _ask_more(dataset, choices)
    return replace(
        more,
        judges=tuple(judge),
        contestants=tuple(contestant),
        outcome=None if outcome == ANY else cast("Outcome", outcome),
    )


def under_more(wanted: MatchFilter) -> str:
    """Name what the closed popover holds back; empty where it holds nothing."""
    people = {True: "disagrees with people", False: "agrees with people", None: ""}
    parts = [
        *(f"tag {tag}" for tag in wanted.tags),
        f"judged by {wanted.kind}" if wanted.kind else "",
        people[wanted.disagrees_with_people],
        f"unscored because {reason_words(wanted.reason)}" if wanted.reason else "",
        f"text '{wanted.text}'" if wanted.text else "",
    ]
    return ", ".join(part for part in parts if part)


def _ask_more(dataset: ListedDataset, choices: MatchChoices) -> MatchFilter:
    tags = st.multiselect("Tag", choices.tags, key="tag", bind="query-params", placeholder="Any")
    kind = _choose("Judged by", KINDS, "kind", None)
    people = _choose(
        "The people who voted",
        AGREEMENTS,
        "people",
        "Whether the AI judge says what most votes on the same two responses say; split votes say neither.",
    )
    reason = st.selectbox("Unscored because", [ANY, *REASON_WORDS], key="reason", bind="query-params")
    text = st.text_input(
        "Text", key="text", bind="query-params", placeholder="In the prompt or a response", help=_TEXT_HELP
    )
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
