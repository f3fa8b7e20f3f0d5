"""What the leaderboard is asked: dataset, tag and lens in sight, the rest under "More", all in the address.

Options are the words of the command line and are shown as they are: Streamlit writes what it shows into the
address, and an address must outlive a change of wording.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from arena.board.records import BoardQuery
from arena.datasets import DatasetSummary, list_tags
from arena.exact import list_checks
from arena.judges import Lens, list_judges
from arena.store import Database
from ui.components.address_words import say_not_used, say_unknown
from ui.components.board_rules import OPTIONS, ask_counting, ask_model, ask_vote_rule

ALL: Final = "all"
PARAMETERS: Final = (
    "dataset", "tag", "lens", "judges", "method", "flips", "both_bad", "votes", "ties", "control", "gate",
    "outcomes", "agreement", "gold", "seconds", "view", "all_cells",
)  # fmt: skip
"""Everything that the address of a board may hold."""

_LENS_HELP = (
    "judge: AI judges rank. human: people's votes rank. calibrated: many judge matches, corrected by the"
    " pairs that people decided too."
)
_GATE_HELP = (
    "An exact check that decides on correctness prompts where exactly one response is right: no judge can"
    " overrule it."
)
_CALIBRATED = "the calibrated lens has one way to rank, which corrects the judge by people's votes"


def ask_board(database: Database, dataset: DatasetSummary, said: DeltaGenerator) -> BoardQuery:
    """Show the inputs and return what they ask; what the address asks in vain is said in `said`."""
    lenses = get_args(Lens)
    tags = [ALL, *(tag.tag for tag in list_tags(database, dataset.name))]
    with said:
        say_unknown("tag", tags, what="tag")
        say_unknown("lens", lenses, what="lens")
        for name, options in OPTIONS.items():
            say_unknown(name, options, what=name.replace("_", " "))
    tag = ALL
    if len(tags) > 1:
        tag = st.selectbox("Tag", tags, key="tag", bind="query-params", width=170)
    lens: Lens = st.segmented_control(
        "Lens", lenses, key="lens", bind="query-params", default="judge", required=True, help=_LENS_HELP
    )
    asked = BoardQuery(dataset=dataset.name, lens=lens, tags=() if tag == ALL else (tag,))
    with st.popover("More", icon=":material/tune:"):
        return _more(database, dataset, asked, said)


def _more(database: Database, dataset: DatasetSummary, asked: BoardQuery, said: DeltaGenerator) -> BoardQuery:
    who = "human" if asked.lens == "human" else "ai"
    labels = [
        judge.label
        for judge in list_judges(database, dataset.name)
        if (judge.kind == "human") == (who == "human")
    ]
    with said:
        say_unknown("judges", labels, what="voter" if who == "human" else "judge")
    judges = st.multiselect(
        "Voters" if who == "human" else "Judges",
        labels,
        key="judges",
        bind="query-params",
        placeholder="All who voted" if who == "human" else "The one that tells most",
    )
    asked = replace(asked, judges=tuple(judges))
    if asked.lens == "calibrated":
        with said:
            say_not_used(("method", "ties", "control", "gate"), _CALIBRATED)
    else:
        asked = ask_model(asked)
    asked = ask_counting(asked)
    if asked.lens != "judge":
        asked = ask_vote_rule(asked)
    checks = list_checks(database, dataset.name) if asked.lens == "judge" else []
    if checks and asked.method != "mean-level":
        with said:
            say_unknown("gate", checks, what="check")
        gate = st.selectbox(
            "Gate", checks, index=None, key="gate", bind="query-params", placeholder="None", help=_GATE_HELP
        )
        asked = replace(asked, gate=gate)
    return asked
