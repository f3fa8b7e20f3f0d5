"""How a failure looks: what happened, where, what to do. A traceback goes to the server's log only."""

from __future__ import annotations

import logging
from typing import Literal

import streamlit as st

from arena.errors import ArenaError
from ui.render import label

logger = logging.getLogger("evenhand")

Action = Literal["retry", "start_over", "none"]


def show_error(title: str, error: ArenaError, *, action: Action = "none") -> None:
    """Show the error's own sentence, with the one step that may help."""
    st.error(label(error), title=title, icon=":material/error:")
    if action == "retry":
        st.button("Try again", icon=":material/refresh:", key="error_retry")
    elif action == "start_over" and st.query_params:
        st.button("Start over without filters", icon=":material/filter_alt_off:", on_click=_clear_query)


def show_unexpected(error: Exception) -> bool:
    """Log what nobody foresaw and say so calmly; True tells Streamlit that it has been shown."""
    if isinstance(error, ArenaError):
        show_error("This did not work", error)
        return True
    logger.error("a page failed", exc_info=error)
    st.error(
        "Nothing was lost: what was stored is stored. Reload the page; if it happens again, the server's log"
        f" tells where ({type(error).__name__}).",
        title="Something here went wrong",
        icon=":material/error:",
    )
    return True


def _clear_query() -> None:
    st.query_params.clear()
    for key in list(st.session_state):
        del st.session_state[key]
