"""Printing results: a table for people, JSON or CSV for programs. Messages go to standard error."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from arena.exchange.formula import neutralise

Row = Mapping[str, Any]
ROUNDING: Final = 1e-9
"""What is closer to 0 is the error of the arithmetic."""


def say(sentence: str) -> None:
    """Tell the person something that is not the result."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(sentence))


def print_rows(rows: Sequence[Row], how: str, *, title: str = "", document: Any = None) -> None:
    """Print rows; `document` is what JSON prints instead, where it says more than the rows."""
    if how == "json":
        print_json(rows if document is None else document)
    elif how == "csv":
        _print_csv(rows)
    else:
        _print_table(rows, title)


def print_json(document: Any) -> None:
    json.dump(to_plain(document), sys.stdout, ensure_ascii=False, indent=2, allow_nan=False)
    sys.stdout.write("\n")


def to_plain(value: Any) -> Any:
    """Return JSON values: dataclasses as objects, NaN as null, times as ISO 8601."""
    if is_dataclass(value) and not isinstance(value, type):
        return to_plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_plain(item) for item in value]
    return value


def _print_csv(rows: Sequence[Row]) -> None:
    if not rows:
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(rows[0].keys())
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row.values()])


def _csv_cell(value: Any) -> Any:
    return "" if value is None else neutralise(value) if isinstance(value, str) else value


def _print_table(rows: Sequence[Row], title: str) -> None:
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name in rows[0] if rows else ():
        numeric = all(isinstance(row[name], (int, float)) or row[name] is None for row in rows)
        table.add_column(name.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row.values()))
    width = None if sys.stdout.isatty() else 200
    Console(highlight=False, width=width).print(table)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        if 0 < abs(value) < ROUNDING:
            return "0.000"
        return "-" if math.isnan(value) else f"{value:,.3g}" if abs(value) < 10 else f"{value:,.0f}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_cell(item)}" for name, item in value.items()) or "-"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)
