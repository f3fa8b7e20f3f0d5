"""How a failure looks: what happened, where, what to do. A traceback goes to the server's log only."""

from __future__ import annotations

import logging
from typing import Literal

import streamlit as st
from streamlit.navigation.page import Page

from arena.errors import ArenaError
from ui.render import label

logger = logging.getLogger("evenhand")

Action = Literal["retry", "none"]


def show_error(title: str, error: ArenaError, *, action: Action = "none", page: Page | None = None) -> None:
    """Show the error's own sentence and the one step that may help: again, or `page` without its query."""
    st.error(label(error), title=title, icon=":material/error:")
    if action == "retry":
        st.button("Try again", icon=":material/refresh:", key="error_retry")
    elif page is not None and st.query_params:
        st.page_link(page, label="Start over", icon=":material/restart_alt:")


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
