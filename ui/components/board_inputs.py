"""What the leaderboard is asked: dataset, tag and lens in sight, the rest under "More", all in the address.

Options are the words of the command line and are shown as they are: Streamlit writes what it shows into the
address, and an address must outlive a change of wording.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar, get_args

import streamlit as st

from arena.board.records import BoardQuery, Method, Ties, Votes
from arena.datasets import DatasetSummary, list_tags
from arena.exact import list_checks
from arena.judges import Lens, list_judges
from arena.outcomes import BothBad, Flips
from arena.store import Database

Option = TypeVar("Option")

ALL: Final = "all"
CONTROLS: Final = ("length", "markdown", "position")

_LENS_HELP = (
    "judge: AI judges rank. human: people's votes rank. calibrated: many judge matches, corrected by the"
    " pairs that people decided too."
)
_METHOD_HELP = (
    "bradley-terry: one strength per contestant from all matches, with intervals. elo: online, depends on the"
    " order of matches. win-rate: wins by share. mean-level: mean of pointwise levels."
)
_FLIPS_HELP = (
    "A verdict that changes with the shown order: mean counts half for each, tie makes it a tie, drop leaves"
    " it out."
)
_BOTH_BAD_HELP = "Counts as a tie, or is left out."
_VOTES_HELP = "Each vote counts, or the majority of a pair."
_TIES_HELP = "Half a win for each, or Davidson's model of ties."

_GATE_HELP = (
    "An exact check that decides on correctness prompts where exactly one response is right: no judge can"
    " overrule it."
)


def ask_board(database: Database, dataset: DatasetSummary) -> BoardQuery:
    """Show the inputs and return what they ask."""
    tags = [tag.tag for tag in list_tags(database, dataset.name)]
    tag = ALL
    if tags:
        tag = st.selectbox("Tag", [ALL, *tags], key="tag", bind="query-params", width=170)
    lens: Lens = st.segmented_control(
        "Lens",
        get_args(Lens),
        key="lens",
        bind="query-params",
        default="judge",
        required=True,
        help=_LENS_HELP,
    )
    with st.popover("More", icon=":material/tune:"):
        return _more(database, dataset, lens, () if tag == ALL else (tag,))


def _more(database: Database, dataset: DatasetSummary, lens: Lens, tags: tuple[str, ...]) -> BoardQuery:
    labels = [judge.label for judge in list_judges(database, dataset.name) if judge.kind != "human"]
    judges = st.multiselect(
        "Judges",
        labels,
        key="judges",
        bind="query-params",
        placeholder="The one that compares most contestants",
    )
    method: Method = _choose("Method", get_args(Method), "method", _METHOD_HELP)
    flips: Flips = _choose("Flips", get_args(Flips), "flips", _FLIPS_HELP)
    both_bad: BothBad = _choose("Both bad", get_args(BothBad), "both_bad", _BOTH_BAD_HELP)
    votes: Votes = _choose("Votes", get_args(Votes), "votes", _VOTES_HELP)
    ties: Ties = _choose("Ties", get_args(Ties), "ties", _TIES_HELP)
    control = st.pills(
        "Control for",
        CONTROLS,
        key="control",
        bind="query-params",
        selection_mode="multi",
        help="Ranks as they would be if all responses were alike in this.",
    )
    checks = list_checks(database, dataset.name)
    gate = None
    if checks and lens == "judge":
        gate = st.selectbox(
            "Gate", checks, index=None, key="gate", bind="query-params", placeholder="None", help=_GATE_HELP
        )
    return BoardQuery(
        dataset=dataset.name,
        lens=lens,
        judges=tuple(judges),
        method=method,
        flips=flips,
        both_bad=both_bad,
        votes=votes,
        ties=ties,
        control=tuple(control),
        tags=tags,
        gate=None if method == "mean-level" else gate,
    )


def _choose(label: str, options: Sequence[Option], key: str, explanation: str) -> Option:
    return st.selectbox(label, options, key=key, bind="query-params", help=explanation)
