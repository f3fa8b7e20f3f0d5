"""Choosing the dataset, the same on every page and in every address: `?dataset=NAME`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import streamlit as st

from ui.components.empty import show_empty
from ui.navigation import IMPORT
from ui.render import label


class Named(Protocol):
    """A dataset as any page needs it."""

    @property
    def name(self) -> str: ...


Dataset = TypeVar("Dataset", bound=Named)


def choose_dataset(datasets: Sequence[Dataset], *, purpose: str) -> Dataset:
    """Return the chosen dataset; where there is none, say so, offer the import and end the page."""
    if not datasets:
        show_empty(
            f"{purpose} will be here",
            "There is no data yet. Import prompts and responses from a file; it takes a minute and no key.",
            button="Import a file",
            target=IMPORT,
        )
        st.stop()
    by_name = {dataset.name: dataset for dataset in datasets}
    names = list(by_name)
    asked = st.session_state.get("dataset", st.query_params.get("dataset"))
    if asked is None:
        st.session_state["dataset"] = names[0]
    elif asked not in by_name:
        st.session_state["dataset"] = names[0]
        st.warning(
            label(f"There is no dataset '{asked}' here; this shows {names[0]} instead."),
            icon=":material/info:",
        )
    # Without a default of its own the choice always stands in the address: a default would be taken out of
    # it, a shared link would lose it, and taking it out adds a step to the browser's history.
    name = st.selectbox("Dataset", names, index=None, key="dataset", bind="query-params", width=250)
    return by_name[name or names[0]]
