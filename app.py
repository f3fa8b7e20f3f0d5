"""The entry: `streamlit run app.py` serves the page script and, beside it, starts the process that judges.

No logic lives here. The runner is started once when the server starts, not when a browser connects, so a run
that a crash interrupted goes on with no page open.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from anyio import to_thread

sys.path.insert(0, str(Path(__file__).resolve().parent))  # for a start from another folder

from ui.errors import show_unexpected
from ui.serving import runner_beside
from ui.shell import PAGE_SCRIPT
from ui.warming import import_pages, start_reading


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Prepare what the first page needs, and hold the runner for as long as the server lives."""
    await to_thread.run_sync(import_pages)
    async with runner_beside():
        start_reading()
        yield


app = st.App(PAGE_SCRIPT, lifespan=lifespan, on_script_error=show_unexpected)
