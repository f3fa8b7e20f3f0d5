"""Choosing the dataset, the same on every page and in every address: `?dataset=NAME`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol, TypeVar

import streamlit as st

from ui.components.empty import show_empty
from ui.navigation import IMPORT
from ui.render import label


class Named(Protocol):
    """A dataset as any page needs it."""

    @property
    def name(self) -> str: ...


_LAST: Final = "_last_dataset"
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
    return by_name[choose_name(list(by_name))]


def choose_name(names: Sequence[str], *, default: str | None = None) -> str:
    """Return the chosen name: the address's, else this session's last, else the default or the first.

    It is said where the address names one that is not there.
    """
    asked = st.session_state.get("dataset", st.query_params.get("dataset"))
    last = last_dataset()
    fallback = last if last is not None and last in names else default or names[0]
    if asked not in names:
        st.session_state["dataset"] = fallback
        if asked is not None:
            words = f"There is no dataset '{asked}' here; this shows {fallback} instead."
            st.warning(label(words), icon=":material/info:")
    # Without a default of its own the choice always stands in the address: a default would be taken out of
    # it, a shared link would lose it, and taking it out adds a step to the browser's history.
    chosen = st.selectbox("Dataset", names, index=None, key="dataset", bind="query-params", width=250)
    name = fallback if chosen is None else str(chosen)
    remember_dataset(name)
    return name


def remember_dataset(name: str | None) -> None:
    """Let pages begin with this one where their address names none; None: with their own default."""
    st.session_state[_LAST] = name


def last_dataset() -> str | None:
    """Return the dataset that was looked at last in this session, for links of pages that show none."""
    last: str | None = st.session_state.get(_LAST)
    return last
