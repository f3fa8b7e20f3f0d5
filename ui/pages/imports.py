"""Import: from files to a dataset, with a dry run first."""

from pathlib import PurePath

import streamlit as st

from arena.datasets import list_datasets
from arena.errors import ArenaError
from arena.exchange import ImportMode, ImportReport, Upload, import_files
from ui.components.import_report import show_bad_rows, show_files, show_formats, show_samples
from ui.components.words import lead, note
from ui.figures import plural
from ui.navigation import LEADERBOARD, RUNS, page_link
from ui.render import label
from ui.state import database

st.title("Import")
db = database()
landed: ImportReport | None = st.session_state.pop("import_landed", None)
if landed is not None:
    st.success(label(landed.summary()), icon=":material/check_circle:")
    show_bad_rows(landed)
    with st.container(horizontal=True):
        here = {"dataset": landed.dataset}
        page_link(RUNS, "Judge the responses", here, icon=RUNS.icon)
        page_link(LEADERBOARD, "See the leaderboard", here, icon=LEADERBOARD.icon)

batch = st.session_state.setdefault("import_batch", 0)
uploads = st.file_uploader(
    "Files",
    type=["csv", "tsv", "json", "jsonl", "ndjson"],
    accept_multiple_files=True,
    key=f"import_files_{batch}",
    help="Several files of one dataset may come together, in any order.",
)
existing = {dataset.name: dataset for dataset in list_datasets(db)}
suggested = PurePath(uploads[0].name).stem if uploads else ""
named = st.text_input(
    "Dataset", value=st.query_params.get("dataset", ""), placeholder=suggested or "A name", max_chars=120
)
name = named.strip() or suggested
if name in existing:
    note(f"{name} has {plural(existing[name].n_prompts, 'prompt')} already; what is new is added to it.")

if not uploads:
    note(
        "Prompts, responses, votes and recorded judgments, as CSV, TSV, JSON or JSONL. The format is told by"
        " the names of the columns. Nothing is stored before you have seen what would be."
    )
    show_formats()
    st.stop()

sources = [Upload(upload.name, upload.getvalue()) for upload in uploads]
checked = (name, *(upload.file_id for upload in uploads))
try:
    if st.session_state.get("import_checked") != checked:
        with st.spinner("Reading the files"):
            st.session_state["import_dry_run"] = import_files(db, sources, name, mode=ImportMode.DRY_RUN)
        st.session_state["import_checked"] = checked
    report: ImportReport = st.session_state["import_dry_run"]
    lead(report.summary())
    show_files(report)
    show_bad_rows(report)
    is_news = report.n_new + report.n_completed > 0
    if st.button("Import", type="primary", icon=":material/upload_file:", disabled=not is_news):
        with st.spinner("Importing"):
            st.session_state["import_landed"] = import_files(db, sources, name, mode=ImportMode.LAND)
        st.session_state["import_batch"] = batch + 1
        st.session_state.pop("import_checked", None)
        st.rerun()
    show_samples(report)
except ArenaError as error:
    st.error(label(error), title="Nothing was imported", icon=":material/error:")
