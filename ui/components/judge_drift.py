"""Drift on the judges page: two versions on the pairs of an anchor set, and keeping or judging such a set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st
from markupsafe import Markup

from arena.anchors import AnchorSet, save_anchor_set
from arena.drift import Drift, Shift
from arena.errors import ArenaError
from arena.judges import JudgeSummary
from arena.run import RunSpec, estimate_run, start_run
from arena.written import signed
from ui.components.judge_figures import interval, show_table
from ui.components.scale import Scale
from ui.components.words import lead, note
from ui.figures import NONE, count, share
from ui.navigation import RUNS, Query, page_link
from ui.render import label, visible
from ui.state import database

EVERY_PAIR: Final = "every pair that both judged"
_HEAD = ("After minus before", "shift", "95 % interval", "p", "pairs")
_SPAN = Scale(-1.0, 1.0)


def ask_before(judges: Mapping[str, JudgeSummary], chosen: str) -> str | None:
    """Ask which version came before; only one of the same judge is chosen by itself."""
    own = judges[chosen]
    others = sorted(
        (name for name in judges if name != chosen),
        key=lambda name: (judges[name].name != own.name, judges[name].kind == "builtin", name),
    )
    if not others:
        note("There is no other judge version here to compare with.")
        return None
    if st.session_state.get("before") not in others:
        st.session_state["before"] = others[0] if judges[others[0]].name == own.name else None
    before: str | None = st.selectbox(
        "Before",
        others,
        index=None,
        key="before",
        placeholder="another judge, for want of an earlier version",
        format_func=visible,
        width=300,
    )
    if before is None:
        note("Drift compares two versions of one judge, and there is one version of this judge here.")
    return before


def ask_anchor(sets: Sequence[AnchorSet]) -> str | None:
    """Ask for an anchor set; None is every shared pair."""
    names = [EVERY_PAIR, *(one.name for one in sets)]
    if st.session_state.get("anchor") not in names:
        st.session_state["anchor"] = names[-1]
    chosen = st.selectbox("On", names, key="anchor", format_func=visible, width=300)
    return None if chosen in (None, EVERY_PAIR) else chosen


def show_drift(drift: Drift | ArenaError) -> None:
    """Show the verdict with the shifts it rests on."""
    if isinstance(drift, ArenaError):
        st.info(label(drift), icon=":material/info:")
        return
    lead(drift.sentence)
    show_table(_HEAD, [_row(shift) for shift in drift.shifts], empty="")
    note(
        f"Verdict changed: {share(drift.n_changed, drift.n_pairs)} pairs. Means of after minus before over"
        " both orders, clustered by prompt; p with Holm's correction over the rows. Not distinguished is"
        " no proof of being the same."
    )


def _row(shift: Shift) -> dict[str, str | Markup]:
    words = signed(shift.value, digits=2)
    if shift.low is not None and shift.high is not None:
        words += f", from {signed(shift.low, digits=2)} to {signed(shift.high, digits=2)}"
    p = NONE if shift.p_value is None else "< .001" if shift.p_value < 0.001 else f"{shift.p_value:.3f}"
    drawn = interval(shift.value, shift.low, shift.high, _SPAN, words=words)
    cells = (shift.name, signed(shift.value, digits=2), drawn, p, count(shift.n))
    return dict(zip(_HEAD, cells, strict=True))


def show_anchor_forms(judge: JudgeSummary, dataset: str, sets: Sequence[AnchorSet]) -> None:
    """List the sets, offer to let the chosen judge decide one, and to keep a new one."""
    st.subheader("Anchor sets")
    show_table(
        ("Name", "pairs", "prompts", "kept on"),
        [{"Name": one.name, "pairs": count(one.n_pairs), "prompts": count(one.n_prompts),
          "kept on": one.created_on} for one in sets],
        empty="None yet. A set is drawn once from what this judge has scored; every later version is asked"
        " it anew.",
    )  # fmt: skip
    version = f"{judge.name}@{judge.version}"
    if sets and judge.kind in ("model", "builtin"):
        _show_judging(version, dataset, sets)
    with st.form("anchor_new", border=True):
        name = st.text_input("Name of a new set", key="anchor_name")
        n_pairs = st.number_input("Pairs", 10, 5_000, 200, key="anchor_pairs", width=120)
        is_asked = st.form_submit_button("Draw and keep", icon=":material/anchor:")
    if is_asked:
        try:
            save_anchor_set(database(), dataset, name, version, n_pairs=int(n_pairs))
        except ArenaError as error:
            st.error(label(error))
            return
        st.rerun()


def _show_judging(version: str, dataset: str, sets: Sequence[AnchorSet]) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        by_name = {one.name: one for one in sets}
        name = st.selectbox("Let this judge decide", list(by_name), format_func=visible, width=240,
                            key="anchor_judge")  # fmt: skip
        cap = st.number_input("Cap, USD", 0.0, None, 1.0, key="anchor_usd", width=110)
        spec = RunSpec(dataset, version, pairs=by_name[name].pairs, max_cost_usd=float(cap))
        try:
            estimate = estimate_run(database(), spec)
        except ArenaError as error:
            st.error(label(error))
            return
        is_asked = st.button("Start", icon=":material/play_circle:", disabled=not estimate.n_judgments,
                             key="anchor_start")  # fmt: skip
    note(estimate.sentence)
    if is_asked:
        try:
            run_id = start_run(database(), spec)
        except ArenaError as error:
            st.error(label(error))
            return
        where: Query = {"dataset": dataset, "run": run_id}
        page_link(RUNS, "Started: see how far it is", where, icon="play_circle")
