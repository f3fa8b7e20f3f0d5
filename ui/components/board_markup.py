"""A large table on the page at once.

`st.html` sends markup through a sanitizer in the browser, which takes longer for a hundred contestants than
it takes to rank them again. Here the markup is compared with the few elements and attributes that our tables
have; of anything else nothing is drawn.
"""

from __future__ import annotations

from markupsafe import Markup

from ui.scripts import load_script

_draw = load_script("markup")


def show_markup(markup: Markup, *, key: str) -> None:
    """Show a table whose texts are escaped; `key` is the place on the page."""
    _draw(key=key, data={"markup": str(markup)})
