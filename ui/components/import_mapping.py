"""Saying what a table's columns mean, where their names do not say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from arena.exchange import ALL_FORMATS, ColumnMapping, Peek, guess_columns
from ui.components.words import note
from ui.render import visible

TABLES: Final[dict[str, str]] = {
    "prompts": "a prompt",
    "responses-long": "a response",
    "responses-wide": "a prompt with a column of responses a contestant",
    "recorded-judgments": "a judgment of two responses, as they were shown",
    "recorded-scores": "a score of one response",
    "functional-results": "the result of a functional test",
}
NO_MAPPING: Final = ColumnMapping()
_CONSTANTS: Final = ("judge", "model", "criterion", "shown_first", "shown_second")
"""What one value may stand for in every row."""


def ask_mapping(tables: Sequence[Peek], *, is_needed: bool) -> ColumnMapping:
    """Show which column is what, open where it is needed; return what was said."""
    columns = tables[0].columns if tables else ()
    if not columns or any(table.columns != columns for table in tables):
        if is_needed:
            note("To say what columns mean, give one file at a time, or files with the same columns.")
        return NO_MAPPING
    title = "Say what the columns mean"
    with st.expander(title, icon=":material/table_edit:", expanded=is_needed):
        if is_needed:
            _show_rows(tables[0])
        names = list(TABLES)
        is_other_table = st.session_state.get("import_columns") != columns
        if is_other_table or "import_table" not in st.session_state:
            st.session_state["import_columns"] = columns
            st.session_state["import_table"] = _nearest(columns) if is_needed else None
        table = st.selectbox(
            "Each row is", names, None, key="import_table", format_func=TABLES.__getitem__,
            placeholder="Told by the columns' names",
        )  # fmt: skip
        if table is None:
            return NO_MAPPING
        mapping = _ask_fields(table, columns)
        lacking = _lacking(table, mapping)
        if is_needed and lacking:
            note(f"Choose a column for each box with a star; still open: {', '.join(lacking)}.")
            return NO_MAPPING
        return mapping


def _nearest(columns: Sequence[str]) -> str:
    """Return the kind of table whose needs the columns name best; a response where they name none."""
    shares = {
        table: len(guess_columns(ALL_FORMATS[table], columns).keys() & _needed(table)) / len(_needed(table))
        for table in TABLES
    }
    return max(shares, key=lambda table: (shares[table] % 1, table == "responses-long"))


def _needed(table: str) -> set[str]:
    return {field.name for field in ALL_FORMATS[table].required}


def _lacking(table: str, mapping: ColumnMapping) -> list[str]:
    given = set(mapping.columns.values()) | set(mapping.constants)
    any_of = [field.name for field in ALL_FORMATS[table].any_of]
    lacking = sorted(_needed(table) - given)
    return lacking if not any_of or given.intersection(any_of) else [*lacking, " or ".join(any_of)]


def _show_rows(table: Peek) -> None:
    st.dataframe(
        [{name: visible(_short(row.get(name))) for name in table.columns} for row in table.rows],
        hide_index=True,
        alt=f"The first rows of {table.file} as they stand",
    )


def _ask_fields(table: str, columns: Sequence[str]) -> ColumnMapping:
    spec = ALL_FORMATS[table]
    guessed = guess_columns(spec, columns)
    names = dict.fromkeys(field.name for field in (*spec.required, *spec.any_of, *spec.optional))
    needed = _needed(table)
    if spec.any_of:
        note(f"Needed: {', '.join(sorted(needed))}, and {' or '.join(field.name for field in spec.any_of)}.")
    chosen: dict[str, str | None] = {}
    constants: dict[str, str] = {}
    grid = st.columns(3)
    for place, name in enumerate(names):
        with grid[place % 3]:
            guess = guessed.get(name)
            chosen[name] = st.selectbox(
                f"{name} *" if name in needed else name, columns,
                None if guess is None else columns.index(guess),
                key=f"import_column_{table}_{name}", placeholder="No column",
            )  # fmt: skip
            if chosen[name] is None and name in needed and name in _CONSTANTS:
                value = st.text_input(f"The same {name} in every row", key=f"import_same_{table}_{name}")
                if value.strip():
                    constants[name] = value.strip()
    left_out = _ask_left_out(table, columns, [one for one in chosen.values() if one])
    return ColumnMapping(_named(chosen, guessed, left_out), constants, table)


def _ask_left_out(table: str, columns: Sequence[str], used: Sequence[str]) -> list[str]:
    others = [column for column in columns if column not in used]
    if table != "responses-wide" or not others:
        return []
    return st.multiselect(
        "Columns that are no contestant",
        others,
        key="import_left_out",
        placeholder="Every other column is one",
    )


def _named(
    chosen: Mapping[str, str | None], guessed: Mapping[str, str], left_out: Sequence[str]
) -> dict[str, str]:
    """Return what each column is called; a guess that was taken back is left out."""
    used = {column for column in chosen.values() if column}
    refused = {
        column: "" for name, column in guessed.items() if chosen.get(name) is None and column not in used
    }
    named = {column: name for name, column in chosen.items() if column is not None}
    return {**refused, **dict.fromkeys(left_out, ""), **named}


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 200 else f"{text[:200]}…"
