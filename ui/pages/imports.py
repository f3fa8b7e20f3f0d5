"""Import: from files to a dataset: what they are, what would be added, then the button."""

import streamlit as st

from arena.datasets import list_datasets
from arena.errors import ArenaError
from arena.exchange import ImportMode, ImportReport, import_files
from ui.components.datasets import remember_dataset
from ui.components.import_mapping import NO_MAPPING, ask_mapping
from ui.components.import_report import (
    in_words,
    show_bad_rows,
    show_files,
    show_formats,
    show_problems,
    show_samples,
)
from ui.components.import_sources import ask_name, ask_sources, peek_all
from ui.components.words import lead, note
from ui.navigation import LEADERBOARD, RESPONSES, RUNS, page_link
from ui.render import label
from ui.state import database

st.title("Import")
db = database()
landed: ImportReport | None = st.session_state.pop("import_landed", None)
if landed is not None:
    st.success(label(in_words(landed)), icon=":material/check_circle:")
    show_problems(landed)
    show_bad_rows(landed)
    with st.container(horizontal=True):
        here = {"dataset": landed.dataset}
        page_link(RUNS, "Judge the responses", here, icon=RUNS.icon)
        page_link(LEADERBOARD, "See the leaderboard", here, icon=LEADERBOARD.icon)
        page_link(RESPONSES, "See prompts and responses", here, icon=RESPONSES.icon)

sources = ask_sources()
name = ask_name(sources, list_datasets(db))
if not sources:
    note(
        "Prompts, responses, votes and recorded judgments, as CSV, TSV, JSON or JSONL. The format is told by"
        " the names of the columns. Nothing is stored before you have seen what would be."
    )
    show_formats()
    st.stop()

try:
    tables = peek_all(sources)
    unknown = {table.peek.file: table.peek.columns for table in tables if not table.is_recognised}
    mapping = ask_mapping([table.peek for table in tables], is_needed=bool(unknown))
    checked = (name, *((source.name, hash(source.content)) for source in sources), repr(mapping))
    if st.session_state.get("import_checked") != checked:
        with st.spinner("Reading the files"):
            report = import_files(db, sources, name, mode=ImportMode.DRY_RUN, mapping=mapping)
        st.session_state["import_dry_run"] = report
        st.session_state["import_checked"] = checked
    report = st.session_state["import_dry_run"]
    show_problems(report, unknown if mapping == NO_MAPPING else {})
    show_files(report)
    lead(in_words(report))
    show_bad_rows(report)
    is_news = report.n_new + report.n_completed > 0
    if st.button("Import", type="primary", icon=":material/upload_file:", disabled=not is_news):
        with st.spinner("Importing"):
            done = import_files(db, sources, name, mode=ImportMode.LAND, mapping=mapping)
        st.session_state["import_landed"] = done
        remember_dataset(done.dataset)
        st.session_state["import_batch"] = st.session_state.get("import_batch", 0) + 1
        for key in ("import_checked", "import_table"):
            st.session_state.pop(key, None)
        st.rerun()
    show_samples(report)
except ArenaError as error:
    st.error(label(error), title="Nothing was imported", icon=":material/error:")
