"""What a page says before there is anything to show: what will be here, why not yet, one button."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from ui.navigation import PageEntry, Query, go
from ui.render import visible


def show_empty(
    title: str,
    why: str,
    *,
    button: str,
    target: PageEntry,
    query: Query | None = None,
    icon: str | None = None,
) -> None:
    """Show the state and its one button, which leads to `target`."""
    box = Markup('<div class="eh-empty"><strong>{}</strong><p>{}</p></div>')
    st.html(box.format(visible(title), visible(why)))
    if st.button(
        button, type="primary", icon=f":material/{icon or target.icon}:", key=f"empty_{target.path}"
    ):
        go(target, query)
