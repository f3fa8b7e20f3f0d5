"""A key that is missing is said before anything starts, in the words of every page that asks a model."""

from __future__ import annotations

import streamlit as st

from ui.navigation import MODELS, page_link
from ui.render import label


def show_missing_key(missing: str) -> bool:
    """Say whose key is missing; return whether any is, so that nothing starts."""
    if missing:
        st.warning(label(missing), icon=":material/key_off:")
        page_link(MODELS, "Models & keys", icon=MODELS.icon)
    return bool(missing)
