"""A large table on the page at once.

`st.html` sends markup through a sanitizer in the browser, which takes longer for a hundred contestants than
it takes to rank them again. Here the markup is compared with the few elements and attributes that our tables
have; of anything else nothing is drawn.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st
from markupsafe import Markup

_ASSETS: Final = Path(__file__).parents[1] / "assets"
_draw = st.components.v2.component(
    "evenhand_markup",
    js=(_ASSETS / "markup.js").read_text(encoding="utf-8"),
    css=(_ASSETS / "markup.css").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_markup(markup: Markup, *, key: str) -> None:
    """Show a table whose texts are escaped; `key` is the place on the page."""
    _draw(key=key, data={"markup": str(markup)})
