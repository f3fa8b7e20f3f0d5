"""One prompt: what it says, every response to it, and changing it."""

from __future__ import annotations

import streamlit as st

from arena.datasets import list_tags
from arena.errors import NotFoundError
from arena.generate.coverage import get_prompt_detail
from arena.prompts import get_prompt_state
from arena.store import Database
from ui.components.coverage import show_prompt
from ui.components.prompt_form import show_prompt_editor
from ui.render import label


def show_one_prompt(database: Database, dataset: str, asked: str) -> None:
    """Show the prompt whose id stands in the address; a sentence where there is none."""
    prompt_id = int(asked) if asked.isdigit() and len(asked) < 18 else 0
    try:
        detail = get_prompt_detail(database, dataset, prompt_id)
        state = get_prompt_state(database, dataset, prompt_id)
    except NotFoundError as error:
        st.error(label(error), icon=":material/error:")
        return
    said = st.session_state.pop("prompts_said", None)
    if said:
        st.success(label(said), icon=":material/check_circle:")
    facts = [f"kind {state.draft.kind}", *(f"tag {tag}" for tag in state.draft.tags), f"id {state.key}"]
    st.caption(label(", ".join(facts)))
    with st.expander("Change, tag or remove", icon=":material/edit:"):
        show_prompt_editor(database, dataset, state, [tag.tag for tag in list_tags(database, dataset)])
    show_prompt(detail)
