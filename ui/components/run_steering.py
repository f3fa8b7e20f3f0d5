"""The buttons that steer a run, and going on with a new cap after an old one ended it."""

from __future__ import annotations

from typing import Final

import streamlit as st

from arena.errors import ArenaError
from arena.run import RunStatus, control_run, resume_run, retry_run
from arena.store import Database
from ui.components.verdicts import reason_words
from ui.figures import plural
from ui.navigation import MATCHES, page_link
from ui.render import label

ACTIVE: Final = ("planning", "waiting", "running")
_FAILED: Final = "run_failed"


def count_judged(status: RunStatus) -> int:
    """Count the judgments that were asked for; what a cap left out has a reason, but was never asked."""
    return status.n_done - sum(one.n for one in status.reasons if one.reason == "over_budget")


def show_buttons(database: Database, status: RunStatus) -> None:
    """Show what can be done in this state."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if status.state in ACTIVE:
            st.button(
                "Pause",
                icon=":material/pause:",
                key="run_pause",
                on_click=_control,
                args=(database, status.id, "pause"),
                disabled=status.wanted != "run",
            )
        if status.state == "stopped" and (status.max_cost_usd is not None or status.max_calls is not None):
            _ask_caps(status)
        if status.state in ("paused", "stopped", "cancelled"):
            st.button(
                "Resume",
                icon=":material/play_arrow:",
                type="primary",
                key="run_resume",
                on_click=_resume,
                args=(database, status.id),
            )
        if status.state in (*ACTIVE, "paused"):
            st.button(
                "Cancel",
                icon=":material/stop:",
                key="run_cancel",
                help="What is judged stays; the rest is not asked. Resuming later is possible.",
                on_click=_control,
                args=(database, status.id, "cancel"),
                disabled=status.wanted == "cancel",
            )
    failed = st.session_state.pop(_FAILED, None)
    if failed is not None:
        st.warning(label(failed), icon=":material/info:")


def show_failures(database: Database, status: RunStatus) -> None:
    """Show unscored judgments by reason; each opens its matches and can be tried again.

    What a cap left out goes on with `Resume`, under a new cap.
    """
    is_over = status.state not in ACTIVE
    failed = tuple(one.reason for one in status.reasons if is_over and one.reason != "over_budget")
    for reason in status.reasons:
        with st.container(horizontal=True, vertical_alignment="center"):
            words = f"{plural(reason.n, 'judgment')} unscored: {label(reason_words(reason.reason))}"
            query = {
                "dataset": status.dataset,
                "judge": status.judge,
                "outcome": "unscored",
                "reason": reason.reason,
            }
            page_link(MATCHES, words, query)
            if reason.reason in failed:
                _retry_button(database, status, "Retry these", (reason.reason,))
    if len(failed) > 1:
        _retry_button(database, status, "Retry all of them", failed)


def _retry_button(database: Database, status: RunStatus, text: str, reasons: tuple[str, ...]) -> None:
    st.button(
        text,
        icon=":material/replay:",
        key=f"run_retry_{'_'.join(reasons)}",
        on_click=_retry,
        args=(database, status.id, reasons),
    )


def _ask_caps(status: RunStatus) -> None:
    """Ask for the caps anew: a run that its cap ended ends at once where nothing is raised."""
    if status.max_cost_usd is not None:
        st.number_input(
            "Cap, USD", 0.0, None, max(2 * status.max_cost_usd, 0.01), key="run_new_cost", width=150
        )
    if status.max_calls is not None:
        st.number_input("Cap, calls", 0, None, max(2 * status.max_calls, 1), key="run_new_calls", width=150)


def _control(database: Database, run_id: int, wanted: str) -> None:
    try:
        control_run(database, run_id, "pause" if wanted == "pause" else "cancel")
    except ArenaError as error:  # it ended between the page and the press
        st.session_state[_FAILED] = str(error)


def _resume(database: Database, run_id: int) -> None:
    cost, calls = st.session_state.get("run_new_cost"), st.session_state.get("run_new_calls")
    resume_run(database, run_id, max_cost_usd=cost, max_calls=calls)


def _retry(database: Database, run_id: int, reasons: tuple[str, ...]) -> None:
    retry_run(database, run_id, reasons)
