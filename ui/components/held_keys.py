"""A key held down presses its shortcut once; the browser says so, which alone knows a repeat from a press."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_hear = st.components.v2.component(
    "evenhand_held_keys",
    js=(Path(__file__).parents[1] / "assets" / "held_keys.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def press_held_keys_once() -> None:
    """Let no shortcut of this page repeat while its key is held; nothing of it is seen."""
    with st.container(key="held_keys"):
        _hear(key="held_keys_listener")
