"""The stylesheet of our own markup. Streamlit's elements take their look from `.streamlit/config.toml`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

STYLESHEET = Path(__file__).with_name("style.css")


def apply_style() -> None:
    """Send the stylesheet; it styles classes that begin with `eh-` and nothing else."""
    st.html(STYLESHEET)
