"""What a page says before there is anything to show: what will be here, why not yet, one way on."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from ui.navigation import HOME, PageEntry, Query, page_link
from ui.render import visible


def show_empty(
    title: str,
    why: str,
    *,
    button: str,
    target: PageEntry,
    query: Query | None = None,
    offers_demo: bool = False,
) -> None:
    """Show the state and its one button, which leads to `target`; the demo is the way without files."""
    with st.container(border=True, width=720, key="empty"):
        words = Markup('<p class="eh-empty"><strong>{}</strong>{}</p>')
        st.html(words.format(visible(title), visible(why)))
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(key="eh_action", width="content"):
                page_link(target, button, query, icon=target.icon)
            if offers_demo:
                page_link(HOME, "See the demo first", icon="school")
