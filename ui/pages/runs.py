"""Judge runs: what will it cost, and how far is it."""

import streamlit as st

from arena.datasets import list_datasets
from arena.errors import UsageError
from arena.run import estimate_run, get_run, list_runs, start_run
from ui.address import id_from_address
from ui.components.datasets import choose_dataset
from ui.components.empty import show_empty
from ui.components.keys import show_missing_key
from ui.components.run_inputs import ask_run
from ui.components.runs import show_run, show_run_table
from ui.components.words import lead, note, notes
from ui.navigation import IMPORT, RUNS, same_page_link
from ui.render import label
from ui.state import database

st.title("Judge runs")
db = database()
run_id = id_from_address("run")
if run_id is not None:
    same_page_link(RUNS, "New run and all runs", {"dataset": get_run(db, run_id).dataset}, icon="arrow_back")
    show_run(db, run_id)
    st.stop()

dataset = choose_dataset(list_datasets(db), purpose="Runs of your judges")
if dataset.n_contestants < 1 or dataset.n_responses == 0:
    show_empty(
        "Nothing to judge yet",
        f"{dataset.name} has no responses. Import the responses of two contestants or more, and a judge can"
        " compare them.",
        button="Import responses",
        target=IMPORT,
        query={"dataset": dataset.name},
    )
    st.stop()

st.subheader("New run")
try:
    spec = ask_run(db, dataset)
    estimate = None
    if spec is not None:
        with st.skeleton(height=60):
            estimate = estimate_run(db, spec)
except UsageError as error:
    st.warning(label(error), icon=":material/info:")
else:
    if spec is None or estimate is None:
        note("Choose a judge to see what the run would do and cost.")
    else:
        lead(estimate.sentence)
        notes(estimate.warnings)
        is_idle = show_missing_key(estimate.missing_key) or estimate.n_judgments == 0
        if st.button("Start", type="primary", icon=":material/play_arrow:", disabled=is_idle):
            st.query_params["run"] = str(start_run(db, spec))
            st.rerun()

runs = list_runs(db, dataset.name)
if runs:
    st.subheader("Runs")
    show_run_table(runs)
