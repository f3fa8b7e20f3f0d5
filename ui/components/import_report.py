"""What an import would do or did: per file what it was taken for and why, counts, bad rows, a preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import streamlit as st
from markupsafe import Markup

from arena.exchange import ALL_FORMATS, Counts, Detection, FileReport, ImportMode, ImportReport, Kind
from ui.components.words import note
from ui.figures import count, plural
from ui.render import label, visible

_HEAD = Markup(
    '<tr><th>File</th><th>Taken for</th><th class="eh-num">Rows</th><th>New</th><th>Completed</th>'
    '<th>Already there</th><th class="eh-num">Bad</th></tr>'
)
_ROW = Markup(
    '<tr><th scope="row">{}</th><td>{}<span class="eh-sub">{}</span></td><td class="eh-num">{}</td>'
    '<td>{}</td><td>{}</td><td>{}</td><td class="eh-num">{}</td></tr>'
)


NOTHING_UNKNOWN: Final[Mapping[str, Sequence[str]]] = MappingProxyType({})


def show_formats() -> None:
    """Show on demand which keys a file of each format has."""
    with st.expander(
        "What a file may look like", icon=":material/help:", key="import_formats", on_change="rerun"
    ) as formats:
        if formats.open:
            st.code("prompt,model,response\nWhy is the sky blue?,first-model,Because of ...", language="csv")
            st.dataframe(
                [
                    {
                        "format": one.title,
                        "keys": ", ".join(field.name for field in (*one.required, *one.any_of)),
                    }
                    for one in ALL_FORMATS.values()
                ],
                hide_index=True,
                alt="Formats that can be imported, with the keys that show them",
            )


def in_words(report: ImportReport) -> str:
    """Say in one line what landed or would land; bad rows and problems stand for themselves."""
    if report.mode is ImportMode.DRY_RUN:
        would = f"Would import {report.counts_in_words}. Nothing is stored yet."
        said = would if report.totals else "There is nothing to import yet."
    else:
        said = f"Imported {report.counts_in_words} into {report.dataset}."
    return f"{said} {plural(report.n_bad_rows, 'row')} cannot be used." if report.n_bad_rows else said


def show_problems(report: ImportReport, unknown: Mapping[str, Sequence[str]] = NOTHING_UNKNOWN) -> None:
    """Show, once each, the files that cannot be read, or not to their end, or whose columns say nothing.

    `unknown` are the columns, by file, of tables whose meaning can still be said on the page.
    """
    for file in report.files:
        if file.problem is not None and file.file in unknown:
            listed = ", ".join(unknown[file.file])
            words = (
                f"{file.file}: its columns ({listed}) do not say by their names what they are. Say it in the"
                " boxes above. A table of prompts needs a column for the prompt; one of responses also the"
                " model and the response."
            )
            st.warning(label(words), icon=":material/table_edit:")
        elif file.problem is not None:
            st.error(label(file.problem), icon=":material/error:")


def show_files(report: ImportReport) -> None:
    """Show one row for each file that was recognised, and why it was taken for what it is."""
    body = Markup("").join(_row(file, file.detection) for file in report.files if file.detection is not None)
    if body:
        table = Markup(
            '<div class="eh-scroll"><table class="eh-table"><thead>{}</thead><tbody>{}</tbody></table></div>'
        )
        st.html(table.format(_HEAD, body))


def show_bad_rows(report: ImportReport) -> None:
    """Show which rows cannot be used and why; nothing where all can."""
    problems = {(file.file, file.problem) for file in report.files}
    bad = [row for row in report.bad_rows if (row.file, row.reason) not in problems]
    if not bad:
        return
    title = f"{plural(report.n_bad_rows, 'row')} cannot be used"
    with st.expander(title, icon=":material/report:", expanded=len(bad) <= 10, key="import_bad"):
        if len(bad) < report.n_bad_rows:
            note(f"The first {len(bad):,} are listed.")
        st.dataframe(
            [{"file": row.file, "line": row.line, "reason": row.reason} for row in bad],
            hide_index=True,
            column_config={"reason": st.column_config.TextColumn(width="large")},
            alt="Rows that cannot be used, with file, line and reason",
        )


def show_samples(report: ImportReport) -> None:
    """Show the first rows of each file as they were read."""
    files = [file for file in report.files if file.sample]
    if not files:
        return
    st.subheader("First rows")
    for file in files:
        if len(files) > 1:
            st.caption(label(file.file))
        st.dataframe(
            [
                {"line": row.line, **{name: visible(value) for name, value in row.values.items()}}
                for row in file.sample
            ],
            hide_index=True,
            alt=f"First rows of {file.file}",
        )


def _row(file: FileReport, detection: Detection) -> Markup:
    return _ROW.format(
        visible(file.file),
        visible(detection.title),
        visible(f"{detection.confidence.value}: {detection.why}"),
        count(file.n_rows),
        _sum(file.counts, "n_new"),
        _sum(file.counts, "n_completed"),
        _sum(file.counts, "n_duplicate"),
        count(file.n_bad_rows),
    )


def _sum(counts: Mapping[Kind, Counts], which: str) -> Markup:
    parts = [
        Markup("{} {}").format(count(getattr(counts[kind], which)), kind.count(getattr(counts[kind], which)))
        for kind in Kind
        if kind in counts and getattr(counts[kind], which)
    ]
    return Markup("<br>").join(parts) or Markup('<span class="eh-quiet">none</span>')
