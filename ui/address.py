"""Ids in the address: `?match=12`, `?run=3`. What is no number is refused in a sentence."""

from __future__ import annotations

import streamlit as st

from arena.errors import UsageError


def id_from_address(name: str) -> int | None:
    """Return the id that the address gives, None where it gives none.

    Raises
    ------
    UsageError
        If it is no positive whole number.
    """
    given = st.query_params.get(name)
    if given is None:
        return None
    if not given.isascii() or not given.isdigit() or len(given) > 18 or int(given) == 0:
        raise UsageError(f"The address asks for {name} '{given[:40]}', which is no number of a {name}.")
    return int(given)


def page_from_address(name: str, question: object) -> int:
    """Return the page of a list that the reader is on, from 1; a new question begins at 1 again.

    Call it before the pagination widget of that key, whose value the address seeds only when it is drawn.
    """
    asked = f"{name}_asked"
    if st.session_state.get(asked, question) != question:
        st.session_state[name] = 1
    st.session_state[asked] = question
    if name in st.session_state:
        return int(st.session_state[name])
    given = st.query_params.get(name, "1")
    return int(given) if given.isascii() and given.isdigit() and 0 < len(given) < 8 and int(given) else 1
