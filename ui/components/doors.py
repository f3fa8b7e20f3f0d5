"""The three ways in, and the demo's own two buttons."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from arena.demo.load import DEMO_DATASET, DemoState, load_demo_data, remove_demo_data
from arena.errors import ArenaError
from arena.vote import FIRST_GUESS_S, ROUND_VOTES
from ui.components.datasets import remember_dataset
from ui.components.words import note
from ui.figures import plural
from ui.navigation import IMPORT, LEADERBOARD, VOTE, page_link
from ui.render import label
from ui.state import database

_FAILED = "demo_failed"
_GONE = "demo_gone"


def minutes_of_a_round() -> int:
    """Return about how long a round of votes takes a person who never voted."""
    return round(ROUND_VOTES * FIRST_GUESS_S / 60)


def show_doors(names: Sequence[str], demo: DemoState) -> None:
    """Show the doors side by side; a phone stacks them."""
    example, vote, own = st.columns(3)
    with example, st.container(border=True, height="stretch", key="door_example"):
        st.markdown("**See a finished example**")
        note("Five invented contestants, two judges with habits, four voters. No key, no model, one minute.")
        if demo.is_loaded:
            page_link(LEADERBOARD, "Open the example", {"dataset": DEMO_DATASET}, icon="leaderboard")
        else:
            st.button(
                "Load the demo", type="primary", key="demo_load", on_click=_load, icon=":material/school:"
            )
    with vote, st.container(border=True, height="stretch", key="door_vote"):
        st.markdown(f"**Vote blind, {minutes_of_a_round()} min**")
        note("Two responses, names hidden, sides random. Your votes show how far a judge can be trusted.")
        if names:
            page_link(VOTE, "Start voting", {"dataset": names[-1]}, icon="how_to_vote")
        else:
            note("Load the demo first, or import responses.")
    with own, st.container(border=True, height="stretch", key="door_own"):
        st.markdown("**Compare my own models**")
        note("Bring prompts and responses from a file: CSV, JSON, JSONL, and the formats of the arenas.")
        page_link(IMPORT, "Import a file", icon="upload_file")
    failed = st.session_state.pop(_FAILED, None)
    if failed is not None:
        st.error(label(failed), icon=":material/error:")
    if st.session_state.pop(_GONE, False):
        st.toast("The demo is removed, and what was done on it. Nothing else was touched.")


def show_demo_footer(demo: DemoState) -> None:
    """Offer to remove the demo: at one click, or naming what of one's own would go with it."""
    own = [plural(n, word) for n, word in ((demo.n_own_votes, "vote"), (demo.n_runs, "run")) if n]
    with st.container(horizontal=True, vertical_alignment="center", key="demo_footer"):
        words = "The demo is invented: no model wrote its responses, and its votes are invented too."
        note(f"{words} {plural(demo.n_prompts, 'prompt')}, {plural(demo.n_responses, 'response')}.")
        if not own:
            st.button("Remove the demo", key="demo_remove", on_click=_remove, icon=":material/delete:")
            return
        with st.popover("Remove the demo", icon=":material/delete:"):
            note(
                f"What was done on it goes too: {' and '.join(own)}. Export it first if you want to keep it."
            )
            st.button("Remove all of it", key="demo_remove", on_click=_remove, icon=":material/delete:")


def _load() -> None:
    try:
        load_demo_data(database())
        st.session_state["dataset"] = DEMO_DATASET
    except ArenaError as error:
        st.session_state[_FAILED] = str(error)


def _remove() -> None:
    try:
        remove_demo_data(database())
        st.session_state["dataset"] = None  # what is bound to a choice is taken out of the address through it
        st.session_state[_GONE] = True
        remember_dataset(None)
    except ArenaError as error:
        st.session_state[_FAILED] = str(error)
