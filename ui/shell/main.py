"""What every page stands in: page settings, style, navigation and the boundary where errors become sentences.

Streamlit runs this file from top to bottom at every interaction.
"""

import sys
from pathlib import Path

import streamlit as st

ROOT = str(Path(__file__).resolve().parents[2])
if ROOT not in sys.path:  # started from another folder, or by a test of one page
    sys.path.insert(0, ROOT)

from arena.errors import ArenaError  # noqa: E402
from ui import navigation, state  # noqa: E402
from ui.components.guest import guest_pages  # noqa: E402
from ui.errors import show_error  # noqa: E402
from ui.look import apply_look  # noqa: E402

apply_look()
guest = guest_pages()
page = st.navigation(navigation.sections()) if guest is None else st.navigation(guest, position="hidden")
try:
    state.database()
except ArenaError as error:
    show_error("The database cannot be used", error, action="retry")
else:
    try:
        page.run()
    except ArenaError as error:
        show_error("This cannot be shown", error, page=page)
