"""What the address asks for and this data does not have: said in a sentence, never dropped in silence."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui.render import label


def say_unknown(name: str, options: Sequence[str], *, what: str) -> None:
    """Say which values of `?name=` are no options. Call it before the widget that is bound to it.

    The widget takes such a value out of the address, so that the sentence stands until the next step.
    """
    unknown = [value for value in st.query_params.get_all(name) if value not in options]
    if unknown:
        listed = " or ".join(f"'{value[:60]}'" for value in unknown[:3])
        st.info(label(f"There is no {what} {listed} here; it is left out."), icon=":material/info:")


def say_no_page(name: str, n_pages: int) -> None:
    """Say that the page of `?name=` is beyond the list. Call it before the pagination of that key."""
    for value in st.query_params.get_all(name):
        is_number = value.isascii() and value.isdigit()
        if not is_number or not 1 <= int(value[:9]) <= n_pages:
            there = "one page" if n_pages == 1 else f"{n_pages:,} pages"
            shown = "the last" if is_number and int(value[:9]) else "the first"
            words = f"There is no page '{value[:20]}' here: the list has {there}. This is {shown}."
            st.info(label(words), icon=":material/info:")


def say_not_used(names: Sequence[str], why: str) -> None:
    """Say which settings of the address do not count, and why; their widgets are not drawn."""
    given = [name.replace("_", " ") for name in names if name in st.query_params]
    if given:
        st.info(label(f"{', '.join(given)} in the address has no effect: {why}."), icon=":material/info:")
