"""Page settings, logo and the style of our own markup; Streamlit's elements follow `.streamlit/config.toml`.

The icon of the browser tab is a file of ours: Streamlit would fetch a Material icon from another server.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
STYLESHEET = _HERE / "style.css"
MARK = _HERE / "assets" / "mark.svg"
LOGO = _HERE / "assets" / "logo.svg"


def apply_look() -> None:
    """Give the page its title, logo and style; the stylesheet touches classes that begin with `eh-` only."""
    st.set_page_config(page_title="Evenhand", page_icon=str(MARK), layout="wide")
    st.logo(str(LOGO), icon_image=str(MARK), size="large")
    st.html(STYLESHEET)
