"""Taking results away: what to export, how many rows and which, then the download."""

from __future__ import annotations

import atexit
import io
import json
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

import streamlit as st

from arena.datasets import DatasetSummary, list_tags
from arena.errors import ArenaError
from arena.exchange import (
    ExportFilter,
    ExportReport,
    FileFormat,
    Texts,
    export_matches,
    export_preferences,
    export_responses,
)
from arena.judges import list_judges
from arena.leaderboard import BoardQuery
from arena.receipt import make_receipt
from arena.store import Database
from ui.components.board_csv import standings_csv
from ui.components.words import lead, note
from ui.figures import plural
from ui.render import label
from ui.state import read_board

What = Literal["matches", "responses", "preferences", "leaderboard"]
N_SHOWN: Final = 3
KEPT_S: Final = 3600.0
WHATS: Final[tuple[What, ...]] = ("matches", "preferences", "responses", "leaderboard")
_ABOUT: Final[dict[What, str]] = {
    "matches": "One row a shown order; a match judged in both orders is two rows of weight 0.5. Arena tools"
    " read it, and so does the import.",
    "preferences": "prompt, chosen, rejected as TRL reads them, from matches whose two orders agree and from"
    " people's votes, with margin, judge and agreement. For training take JSONL.",
    "responses": "One row a response in the long format; the import reads it back.",
    "leaderboard": "The standings for spreadsheets, and the receipt that recomputes them to the digit.",
}
_MIMES: Final = {
    FileFormat.CSV: "text/csv", FileFormat.JSON: "application/json", FileFormat.JSONL: "application/jsonl"
}  # fmt: skip


@dataclass(frozen=True)
class Prepared:
    """A file that is ready to be taken. `asked` says for which inputs."""

    asked: tuple[object, ...]
    path: str
    report: ExportReport
    first_rows: str


def show_export(database: Database, dataset: DatasetSummary) -> None:
    """Show the tab."""
    what: What = st.segmented_control(
        "What",
        WHATS,
        key="export_what",
        bind="query-params",
        default="matches",
        required=True,
        label_visibility="collapsed",
    )
    note(_ABOUT[what])
    if what == "leaderboard":
        _offer_board(dataset)
        return
    wanted = _ask_filter(database, dataset, what)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        formats = (
            list(FileFormat) if what != "preferences" else [FileFormat.JSONL, FileFormat.JSON, FileFormat.CSV]
        )
        file_format = st.selectbox(
            "Format", formats, key=f"export_format_{what}", format_func=str.upper, width=120
        )
        with_texts = what != "matches" or st.toggle("With texts", value=True, key="export_texts")
        is_asked = st.button("Prepare", type="primary", icon=":material/inventory_2:", key="export_prepare")
    asked = (dataset, what, wanted, file_format, with_texts)
    if is_asked:
        _prepare(database, asked, what, wanted, file_format, Texts.WITH if with_texts else Texts.WITHOUT)
    prepared: Prepared | None = st.session_state.get("export_prepared")
    if prepared is None or prepared.asked != asked or not Path(prepared.path).exists():
        note("Prepare counts the rows and shows the first ones. Nothing leaves before you download.")
        return
    _offer(prepared, f"{what}-{dataset.name}.{file_format.value}", file_format)


def _ask_filter(database: Database, dataset: DatasetSummary, what: What) -> ExportFilter:
    if what == "responses":
        return ExportFilter(dataset=dataset.name)
    lens, judge, tag = st.columns(3)
    lenses = {"judge": "AI judges", "human": "people"}
    of = lens.selectbox(
        "Whose",
        list(lenses),
        None,
        key="export_lens",
        placeholder="Everybody's",
        format_func=lenses.__getitem__,
    )
    names = [one.label for one in list_judges(database, dataset.name) if one.mode == "pairwise"]
    by = judge.selectbox("Judge", names, None, key="export_judge", placeholder="Any")
    tags = [one.tag for one in list_tags(database, dataset.name)]
    tagged = tag.selectbox("Tag", tags, None, key="export_tag", placeholder="Any")
    return ExportFilter(dataset.name, by, of, tagged)


def _prepare(
    database: Database, asked: tuple[object, ...], what: What, wanted: ExportFilter, file_format: FileFormat,
    texts: Texts,
) -> None:  # fmt: skip
    runs: dict[str, Callable[[Path], ExportReport]] = {
        "matches": lambda out: export_matches(database, wanted, out, file_format, texts=texts),
        "preferences": lambda out: export_preferences(database, wanted, out, file_format),
        "responses": lambda out: export_responses(database, wanted, out, file_format),
    }
    path = _own_file(f"{what}.{file_format.value}")
    try:
        with st.spinner("Writing the file"):
            report = runs[what](path)
    except ArenaError as error:
        st.error(label(error), icon=":material/error:")
        return
    with path.open(encoding="utf-8") as stream:
        first_rows = stream.read(4_000)
    st.session_state["export_prepared"] = Prepared(asked, str(path), report, first_rows)


def _own_file(name: str) -> Path:
    """Return this session's place for an export; what was prepared an hour ago is gone."""
    folder = _folder()
    for old in folder.iterdir():
        if time.time() - old.stat().st_mtime > KEPT_S:
            old.unlink(missing_ok=True)
    own: str = st.session_state.setdefault("export_session", uuid.uuid4().hex)
    for before in folder.glob(f"{own}-*"):
        before.unlink(missing_ok=True)
    return folder / f"{own}-{name}"


@st.cache_resource(show_spinner=False)
def _folder() -> Path:
    """Return the process's folder for exports, which goes when the process does."""
    folder = Path(tempfile.mkdtemp(prefix="evenhand-export-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _offer(prepared: Prepared, name: str, file_format: FileFormat) -> None:
    lead(prepared.report.summary())
    if not prepared.report.n_rows:
        return
    st.download_button(
        f"Download {plural(prepared.report.n_rows, 'row')}",
        Path(prepared.path).read_bytes,
        file_name=name,
        mime=_MIMES[file_format],
        icon=":material/download:",
        type="primary",
        on_click="ignore",
        key="export_download",
    )
    lines = [line if len(line) <= 400 else f"{line[:400]}…" for line in prepared.first_rows.splitlines()]
    st.caption("How it begins")
    st.code("\n".join(lines[: N_SHOWN + 1]), language=None, wrap_lines=True)


def _offer_board(dataset: DatasetSummary) -> None:
    """Offer the board of the default settings; others are chosen on the leaderboard."""
    board = read_board(BoardQuery(dataset=dataset.name), dataset)
    lead(board.sentence)
    if not board.standings:
        return
    with st.container(horizontal=True):
        st.download_button(
            "Leaderboard, CSV", standings_csv(board), f"leaderboard-{dataset.name}.csv", "text/csv",
            icon=":material/download:", on_click="ignore", key="export_board_csv",
        )  # fmt: skip
        rows = [asdict(row) for row in board.standings]
        st.download_button(
            "Leaderboard, JSON", _json(rows), f"leaderboard-{dataset.name}.json", "application/json",
            icon=":material/download:", on_click="ignore", key="export_board_json",
        )  # fmt: skip
        st.download_button(
            "Receipt", _json(make_receipt(board)), f"receipt-{dataset.name}.json", "application/json",
            icon=":material/receipt_long:", on_click="ignore", key="export_receipt",
        )  # fmt: skip
    note(
        "Check a receipt later: python -m arena verify receipt.json. For other settings use the leaderboard."
    )


def _json(document: Any) -> str:
    out = io.StringIO()
    json.dump(document, out, indent=2, ensure_ascii=False)
    return out.getvalue() + "\n"
