"""Rubrics: what does a judge look at, and what exactly will it read."""

import streamlit as st

from arena.errors import UsageError
from arena.rubrics import list_rubric_versions, parse_rubric_text
from ui.components.datasets import last_dataset
from ui.components.rubric_editor import ask_version, ask_yaml, show_actions, show_preview, show_state
from ui.components.words import lead
from ui.memory import recall, remember
from ui.navigation import JUDGES, RUBRICS, RUNS, page_link
from ui.render import label
from ui.state import database

st.title("Rubrics")
db = database()
lead(
    "A rubric says what a judge looks at. A version that a judge has used never changes; an edit is another."
)
recall(RUBRICS, ("rubric",))
versions = list_rubric_versions(db)
chosen = ask_version(versions)
show_state(chosen)
edit_column, preview_column = st.columns(2)
with edit_column:
    text = ask_yaml(chosen)
    try:
        rubric = parse_rubric_text(text)
    except UsageError as error:
        st.warning(label(error), icon=":material/edit:")
    else:
        show_actions(db, rubric, chosen, versions)
        with preview_column:
            show_preview(rubric)
remember(RUBRICS, ("rubric",))
dataset = st.query_params.get("dataset") or last_dataset()
here = {} if dataset is None else {"dataset": dataset}
page_link(RUNS, "Judge with a rubric", here, icon="play_circle")
page_link(JUDGES, "What the judges are worth", here, icon="gavel")
