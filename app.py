"""The entry: `streamlit run app.py` serves the page script and, beside it, starts the process that judges.

No logic lives here. The runner is started once when the server starts, not when a browser connects, so a run
that a crash interrupted goes on with no page open.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parent))  # for a start from another folder

from ui.errors import show_unexpected
from ui.serving import runner_beside
from ui.shell import PAGE_SCRIPT
from ui.warming import start_warming


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Hold the runner for as long as the server lives, and prepare what the first page needs."""
    start_warming()
    async with runner_beside():
        yield


app = st.App(PAGE_SCRIPT, lifespan=lifespan, on_script_error=show_unexpected)
