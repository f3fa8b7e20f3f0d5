"""The heat map on the page, drawn by a few lines of our own.

A chart library takes longer for it than for the rest of the board, and no keyboard reaches its cells.
"""

from __future__ import annotations

from ui.charts.heatmap import Heatmap
from ui.scripts import load_script

_draw = load_script("heatmap")


def show_heatmap(heatmap: Heatmap, *, key: str) -> None:
    """Show cells that can be pointed at, followed, and walked through with the arrow keys."""
    _draw(key=key, data=heatmap.record())
