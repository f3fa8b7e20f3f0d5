"""The reader's choices as steps of the browser's history, so that Back takes back a lens, a tag or a tab."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from ui.scripts import load_script

_listen = load_script("steps")


def keep_steps(dataset: str) -> None:
    """Make each choice a step; an address that names no dataset stands for this one."""
    with st.container(key="eh_steps"):
        _listen(key="steps", data={"base": f"?{urlencode({'dataset': dataset})}"})
