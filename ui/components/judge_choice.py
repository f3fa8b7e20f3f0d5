"""Choosing the judge version of a page, the same in its address: `?judge=LABEL&with=LABEL`."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from arena.judges import JudgeSummary
from ui.render import visible

WIDTH_PX = 260


def choose_judge(judges: Mapping[str, JudgeSummary], ranking: str | None) -> str:
    """Return the chosen label; at first that of the judge that ranks the board."""
    ranked = sorted(
        judges,
        key=lambda name: (name != ranking, -judges[name].n_matches, judges[name].kind == "builtin"),
    )
    asked = st.session_state.get("judge", st.query_params.get("judge"))
    if not isinstance(asked, str) or asked not in judges:  # on other pages the same key holds a list
        st.session_state["judge"] = ranked[0]
    # Without a default of its own the choice stands in the address, whichever it is.
    chosen = st.selectbox(
        "Judge", ranked, index=None, key="judge", bind="query-params", format_func=visible, width=WIDTH_PX
    )
    return chosen or ranked[0]


def choose_rival(judges: Mapping[str, JudgeSummary], chosen: str) -> str | None:
    """Return the judge to compare with, if any."""
    rivals = sorted(name for name in judges if name != chosen)
    if st.session_state.get("with", st.query_params.get("with")) not in rivals:
        st.session_state["with"] = None
    return st.selectbox(
        "Compare with",
        rivals,
        index=None,
        key="with",
        bind="query-params",
        placeholder="no other",
        format_func=visible,
        width=WIDTH_PX,
    )
