"""Where an import comes from: files, or rows that are pasted; and the name of the dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import streamlit as st

from arena.datasets import DatasetSummary
from arena.exchange import Peek, SourceError, Upload, detect, peek
from ui.components.words import note
from ui.figures import plural


def ask_sources() -> list[Upload]:
    """Show the uploader and the box for pasting; both are empty again after an import."""
    batch = st.session_state.setdefault("import_batch", 0)
    uploads = st.file_uploader(
        "Files",
        type=["csv", "tsv", "json", "jsonl", "ndjson"],
        accept_multiple_files=True,
        key=f"import_files_{batch}",
        help="Several files of one dataset may come together, in any order.",
    )
    with st.expander("Or paste rows", icon=":material/content_paste:"):
        pasted = st.text_area(
            "Rows", key=f"import_pasted_{batch}", height=140, label_visibility="collapsed",
            placeholder="prompt,category\nWhy is the sky blue?,science",
        )  # fmt: skip
    sources = [Upload(upload.name, upload.getvalue()) for upload in uploads]
    return [*sources, Upload("pasted", pasted.encode())] if pasted.strip() else sources


def ask_name(sources: Sequence[Upload], existing: Sequence[DatasetSummary]) -> str:
    """Ask which dataset it goes to; the first file's name where nothing is typed."""
    suggested = PurePath(sources[0].name).stem if sources else ""
    key = f"import_name_{st.session_state['import_batch']}"
    typed = st.session_state.setdefault(key, st.query_params.get("dataset", ""))
    if typed in ("", st.session_state.get("import_suggested", "")):
        st.session_state[key] = suggested
    st.session_state["import_suggested"] = suggested
    named = st.text_input("Dataset", key=key, placeholder="A name", max_chars=120)
    name = named.strip() or suggested
    known = next((dataset for dataset in existing if dataset.name == name), None)
    if known is not None:
        note(f"{name} has {plural(known.n_prompts, 'prompt')} already; what is new is added to it.")
    return name


@dataclass(frozen=True)
class Table:
    """What a file holds, and whether its columns say by themselves what they are."""

    peek: Peek
    is_recognised: bool


def peek_all(sources: Sequence[Upload]) -> list[Table]:
    """Return what can be read; the dry run says what cannot."""
    asked = [(source.name, hash(source.content)) for source in sources]
    if st.session_state.get("import_peeked_at") != asked:
        st.session_state["import_peeked"] = [table for table in map(_peek, sources) if table is not None]
        st.session_state["import_peeked_at"] = asked
    found: list[Table] = st.session_state["import_peeked"]
    return found


def _peek(source: Upload) -> Table | None:
    try:
        seen = peek(source)
    except SourceError:
        return None
    try:
        detect(source)
    except SourceError:
        return Table(seen, is_recognised=False)
    return Table(seen, is_recognised=True)
