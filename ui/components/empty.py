"""What a page says before there is anything to show: what will be here, why not yet, one button."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from ui.navigation import PageEntry, Query, go
from ui.render import visible


def show_empty(title: str, why: str, *, button: str, target: PageEntry, query: Query | None = None) -> None:
    """Show the state and its one button, which leads to `target`."""
    with st.container(border=True, width=720, key="empty"):
        st.html(Markup('<p class="eh-empty"><strong>{}</strong>{}</p>').format(visible(title), visible(why)))
        if st.button(button, type="primary", icon=f":material/{target.icon}:", key="empty_button"):
            go(target, query)
