"""Who answers and with which settings, as `ContestantSpec`s."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from arena.generate import ContestantSpec

_MODELS_HELP = (
    "One a line: provider/model, or NAME=provider/model. Keys are read from the provider's usual environment"
    " variable and never stored."
)


def ask_contestants(stored: list[str], *, key: str) -> tuple[ContestantSpec, ...]:
    """Show the inputs; return the stored contestants that were chosen and the new ones that were typed."""
    chosen = (
        st.multiselect("Contestants that are set up", stored, key=f"{key}_stored", placeholder="None")
        if stored
        else []
    )
    typed = st.text_area(
        "New contestants", key=f"{key}_models", help=_MODELS_HELP, height=80,
        placeholder="oak=openai/gpt-4o-mini",
    )  # fmt: skip
    with st.expander("Settings of the new contestants", icon=":material/tune:"):
        base = st.text_input("API base", key=f"{key}_base", placeholder="The provider's own")
        system = st.text_area("System prompt", key=f"{key}_system", height=80)
        parameters = _ask_parameters(key)
    new = [
        ContestantSpec(name, model, base.strip() or None, parameters, system.strip() or None)
        for name, model in _read(typed)
    ]
    return (*(ContestantSpec(name) for name in chosen), *new)


def _read(typed: str) -> list[tuple[str, str]]:
    """Read one contestant a line; without a name it is called as its model is."""
    found = []
    for line in typed.splitlines():
        if not line.strip():
            continue
        name, equals, model = line.partition("=")
        found.append((name.strip(), model.strip()) if equals else (_name_of(line), line.strip()))
    return found


def _name_of(model: str) -> str:
    return re.sub(r"^.*/", "", model.strip())


def _ask_parameters(key: str) -> dict[str, Any]:
    first, second = st.columns(3), st.columns(3)
    values: dict[str, Any] = {
        "temperature": first[0].number_input("Temperature", 0.0, 2.0, None, 0.1, key=f"{key}_temperature"),
        "top_p": first[1].number_input("Top-p", 0.0, 1.0, None, 0.05, key=f"{key}_top_p"),
        "top_k": first[2].number_input("Top-k", 1, None, None, 1, key=f"{key}_top_k"),
        "min_p": second[0].number_input("Min-p", 0.0, 1.0, None, 0.01, key=f"{key}_min_p"),
        "seed": second[1].number_input("Seed", None, None, None, 1, key=f"{key}_seed"),
        "max_tokens": second[2].number_input("Most tokens", 1, None, None, 1, key=f"{key}_max_tokens"),
    }
    stop = st.text_input("Stop before", key=f"{key}_stop", placeholder="no stop text")
    if stop:
        values["stop"] = [stop]
    return {name: value for name, value in values.items() if value is not None}
