"""Prompts & responses answers: who has answered what, and how are the holes filled."""

import math

import streamlit as st

from arena.datasets import list_datasets
from arena.errors import NotFoundError
from arena.generate.coverage import get_coverage, get_prompt_detail
from arena.generate.playground import list_askable
from ui.components.coverage import show_matrix, show_prompt, show_totals
from ui.components.datasets import choose_dataset
from ui.components.generations import ask_generation, show_generations
from ui.components.playground import show_playground
from ui.components.words import invented_badge, lead, note
from ui.figures import plural
from ui.navigation import IMPORT, RESPONSES, page_link
from ui.render import label
from ui.state import database

PAGE_SIZE = 50

st.title("Prompts & responses")
db = database()
dataset = choose_dataset(list_datasets(db), purpose="Your prompts, and who has answered them,")
if dataset.is_invented:
    invented_badge()

if "prompt" in st.query_params:
    page_link(RESPONSES, "All prompts", {"dataset": dataset.name}, icon="arrow_back")
    try:
        asked = st.query_params["prompt"]
        show_prompt(get_prompt_detail(db, dataset.name, int(asked) if asked.isdigit() else 0))
    except NotFoundError as error:
        st.error(label(error), icon=":material/error:")
    st.stop()

only_holes = st.session_state.get("holes", False)
page = int(st.session_state.get("responses_page", 1))
coverage = get_coverage(
    db, dataset.name, first=PAGE_SIZE * (page - 1), limit=PAGE_SIZE, only_holes=only_holes
)
lead(coverage.sentence)
if coverage.n_without_text:
    note(f"{plural(coverage.n_without_text, 'prompt')} came without a text; import the file that holds it.")

matrix, generate, try_out = st.tabs(
    ["Coverage", "Generate", "Playground"], on_change="rerun", key="view", bind="query-params"
)
if matrix.open:
    with matrix:
        if coverage.columns:
            show_totals(coverage)
            st.toggle("Only prompts with a hole", key="holes")
            show_matrix(coverage, dataset.name)
            n_pages = math.ceil(coverage.n_shown / PAGE_SIZE)
            if n_pages > 1:
                st.pagination(n_pages, key="responses_page")
        note("Fill a hole: generate the responses here, or upload a file that holds them.")
        page_link(IMPORT, "Upload responses", {"dataset": dataset.name}, icon=IMPORT.icon)
if generate.open:
    with generate:
        show_generations(db, dataset.name)
        ask_generation(db, dataset.name, coverage)
if try_out.open:
    with try_out:
        show_playground(list_askable(db))
