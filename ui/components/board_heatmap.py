"""The heat map on the page, drawn by a few lines of our own.

A chart library takes longer for it than for the rest of the board, and no keyboard reaches its cells.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from ui.charts.heatmap import Heatmap

_ASSETS: Final = Path(__file__).parents[1] / "assets"
_draw = st.components.v2.component(
    "evenhand_heatmap",
    js=(_ASSETS / "heatmap.js").read_text(encoding="utf-8"),
    css=(_ASSETS / "heatmap.css").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_heatmap(heatmap: Heatmap, *, key: str) -> None:
    """Show cells that can be pointed at, followed, and walked through with the arrow keys."""
    _draw(key=key, data=heatmap.record())
