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
