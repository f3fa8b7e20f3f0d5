"""Exact metrics as columns of the leaderboard, where any were computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from arena.exact import ExactBoard, ExactColumn
from ui.figures import NONE, percent
from ui.render import visible

MAX_COLUMNS: Final = 3
"""More stand in the section of exact metrics."""


def shown_columns(exact: ExactBoard) -> tuple[ExactColumn, ...]:
    """Choose what stands on the board: checks first, since they decide who is right."""
    return tuple(sorted(exact.columns, key=lambda column: not column.is_check)[:MAX_COLUMNS])


def metric_heads(columns: Sequence[ExactColumn]) -> Markup:
    head = Markup('<th class="eh-num eh-wide" title="Exact metric, mean over responses{}">{}</th>')
    return Markup("").join(
        head.format("; lower is better" if column.is_lower_better else "", visible(column.title))
        for column in columns
    )


def metric_cells(columns: Sequence[ExactColumn], contestant: str) -> Markup:
    cell = Markup('<td class="eh-num eh-wide">{}</td>')
    return Markup("").join(cell.format(_figure(column, contestant)) for column in columns)


def _figure(column: ExactColumn, contestant: str) -> str:
    value = next((one.value for one in column.figures if one.contestant == contestant), None)
    if value is None:
        return NONE
    if column.is_check:
        return percent(value)
    return f"{value:.1f}" if column.scale in ("percent", "perplexity") else f"{value:.2f}"
