"""Coming back to a page by the sidebar or the browser's Back finds it as it was left.

Streamlit takes a page's settings out of the address when another page of the same session has settings of
the same name. So each page keeps its last settings for the session, and takes them up again where the address
says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from ui.navigation import PageEntry

_RESUMING: Final = "_resuming"


def recall(entry: PageEntry, names: Sequence[str]) -> None:
    """Take up the settings kept for this page, unless the address or another data set says otherwise.

    Call it before the widgets of these keys are drawn. On the way back through the browser's history
    Streamlit lets an empty address reset every widget; the run that follows at once may set them.
    """
    kept = st.session_state.get(_key(entry), {})
    if st.session_state.pop(_RESUMING, None) == entry.path:
        for name, value in kept.items():
            st.session_state[name] = value
        return
    if not kept or any(name in st.query_params for name in names):
        return
    if (st.session_state.get("dataset") or kept.get("dataset")) == kept.get("dataset"):
        st.session_state[_RESUMING] = entry.path
        st.rerun()


def remember(entry: PageEntry, names: Sequence[str]) -> None:
    """Keep the settings of this page; call it after the widgets were drawn."""
    kept = {name: st.session_state[name] for name in names if st.session_state.get(name) not in (None, [])}
    st.session_state[_key(entry)] = kept


def _key(entry: PageEntry) -> str:
    return f"_kept_{entry.path}"
