"""A key held down presses its shortcut once; the browser says so, which alone knows a repeat from a press."""

from __future__ import annotations

import streamlit as st

from ui.scripts import load_script

_hear = load_script("held_keys")


def press_held_keys_once() -> None:
    """Let no shortcut of this page repeat while its key is held; nothing of it is seen."""
    with st.container(key="held_keys"):
        _hear(key="held_keys_listener")
