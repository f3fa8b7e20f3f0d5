"""Prompts & responses answers: who has answered what, and how are the holes filled."""

import streamlit as st

from arena.datasets import list_datasets
from arena.generate.playground import list_askable
from ui.components.checks import show_checks
from ui.components.coverage import read_coverage, show_coverage
from ui.components.datasets import choose_dataset
from ui.components.exports import show_export
from ui.components.generations import ask_generation, show_generations
from ui.components.one_prompt import show_one_prompt
from ui.components.playground import show_playground
from ui.components.prompts import show_prompts
from ui.components.words import invented_badge, lead, note
from ui.figures import plural
from ui.navigation import RESPONSES, page_link
from ui.state import database

PAGE_SIZE = 50

st.title("Prompts & responses")
db = database()
dataset = choose_dataset(list_datasets(db), purpose="Your prompts, and who has answered them,")
if dataset.is_invented:
    invented_badge()

if "prompt" in st.query_params:
    page_link(RESPONSES, "All prompts", {"dataset": dataset.name, "view": "Prompts"}, icon="arrow_back")
    show_one_prompt(db, dataset.name, st.query_params["prompt"])
    st.stop()

only_holes = st.session_state.get("holes", False)
page = int(st.session_state.get("responses_page", 1))
coverage = read_coverage(dataset, first=PAGE_SIZE * (page - 1), limit=PAGE_SIZE, only_holes=only_holes)
lead(coverage.sentence)
if coverage.n_without_text:
    note(f"{plural(coverage.n_without_text, 'prompt')} came without a text; import the file that holds it.")

matrix, listed, generate, try_out, checks, out = st.tabs(
    ["Coverage", "Prompts", "Generate", "Playground", "Checks", "Export"],
    on_change="rerun", key="view", bind="query-params",
)  # fmt: skip
if matrix.open:
    with matrix:
        show_coverage(coverage, dataset.name, PAGE_SIZE)
if listed.open:
    with listed:
        show_prompts(db, dataset)
if generate.open:
    with generate:
        show_generations(db, dataset.name)
        ask_generation(db, dataset.name, coverage)
if try_out.open:
    with try_out:
        show_playground(list_askable(db))
if checks.open:
    with checks:
        show_checks(db, dataset)
if out.open:
    with out:
        show_export(db, dataset)
