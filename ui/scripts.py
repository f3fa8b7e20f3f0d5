"""Scripts of our own that run in the page itself: `ui/assets/NAME.js`, with `NAME.css` where it has one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_ASSETS: Final = Path(__file__).parent / "assets"


def load_script(name: str) -> ComponentRenderer:
    """Make an element of the script: calling it with a key and data puts it on the page, without a frame."""
    style = _ASSETS / f"{name}.css"
    return st.components.v2.component(
        f"evenhand_{name}",
        js=(_ASSETS / f"{name}.js").read_text(encoding="utf-8"),
        css=style.read_text(encoding="utf-8") if style.exists() else None,
        isolate_styles=False,
    )
