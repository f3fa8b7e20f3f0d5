"""The reader's choices as steps of the browser's history, so that Back takes back a lens, a tag or a tab."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import streamlit as st

_SCRIPT: Final = Path(__file__).parents[1] / "assets" / "steps.js"
_listen = st.components.v2.component(
    "evenhand_steps", js=_SCRIPT.read_text(encoding="utf-8"), isolate_styles=False
)


def keep_steps(dataset: str) -> None:
    """Make each choice a step; an address that names no dataset stands for this one."""
    with st.container(key="eh_steps"):
        _listen(key="steps", data={"base": f"?{urlencode({'dataset': dataset})}"})
