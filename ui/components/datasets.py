"""Choosing the dataset, the same on every page and in every address: `?dataset=NAME`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol, TypeVar

import streamlit as st

from arena.demo.load import DEMO_DATASET
from ui.components.empty import show_empty
from ui.components.steps import keep_steps
from ui.navigation import IMPORT, PageEntry
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
            "There is no data yet. Import prompts and responses from a file; it takes a minute and no key."
            " Or load the invented demo on Home, to see what this page shows.",
            button="Import a file",
            target=IMPORT,
            offers_demo=True,
        )
        st.stop()
    by_name = {dataset.name: dataset for dataset in datasets}
    return by_name[choose_name(list(by_name))]


def choose_name(names: Sequence[str]) -> str:
    """Return the chosen name: the address's, else this session's last, else the newest that is not the demo.

    It is said where the address names one that is not there.
    """
    fallback = _usual(names)
    asked = _asked()
    if asked not in names:
        st.session_state["dataset"] = fallback
        if asked is not None:
            words = f"There is no dataset '{asked}' here; this shows {fallback} instead."
            st.warning(label(words), icon=":material/info:")
    # Without a default of its own a choice stands in the address: a default would be taken out of it, a
    # shared link would lose it, and taking it out adds a step to the browser's history. What nobody chose is
    # not written there either: every write is a step, and Back could never leave the page.
    chosen = st.selectbox("Dataset", names, index=None, key="dataset", bind="query-params", width=250)
    name = fallback if chosen is None else str(chosen)
    remember_dataset(name)
    keep_steps(name)
    return name


def stop_at_unknown(names: Sequence[str], *, target: PageEntry, purpose: str) -> None:
    """End a page that writes where its address names a dataset that is not there."""
    asked = _asked()
    if asked is None or asked in names:
        return
    usual = _usual(names)
    show_empty(
        f"There is no dataset '{asked}' here",
        f"It was removed, or the address is mistyped. {purpose} is possible in: {', '.join(names)}.",
        button=f"Go on with {usual}",
        target=target,
        query={"dataset": usual},
    )
    st.stop()


def _usual(names: Sequence[str]) -> str:
    """Return this session's last, else the newest that is not the demo."""
    last = last_dataset()
    own = [name for name in names if name != DEMO_DATASET]
    return last if last is not None and last in names else (own or names)[-1]


def _asked() -> str | None:
    asked: str | None = st.session_state.get("dataset", st.query_params.get("dataset"))
    return asked


def remember_dataset(name: str | None) -> None:
    """Let pages begin with this one where their address names none; None: with their own default."""
    st.session_state[_LAST] = name


def last_dataset() -> str | None:
    """Return the dataset that was looked at last in this session, for links of pages that show none."""
    last: str | None = st.session_state.get(_LAST)
    return last
