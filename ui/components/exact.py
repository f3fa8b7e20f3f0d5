"""Exact results on the board: a column a metric with intervals, pass@k, people, contradicted verdicts."""

from __future__ import annotations

import math
from typing import Final

import streamlit as st
from markupsafe import Markup

from arena.datasets import DatasetSummary
from arena.exact import (
    Correlation,
    ExactBoard,
    ExactColumn,
    JudgeCheck,
    MetricFigure,
    correlate_with_people,
    find_contradictions,
    get_exact_board,
)
from arena.matches import MatchFilter
from ui.components.words import note, notes
from ui.figures import NONE, percent, share
from ui.match_address import with_match
from ui.navigation import MATCH, href
from ui.render import visible
from ui.state import database, database_url

_TABLE: Final = Markup(
    '<div class="eh-scroll"><table class="eh-table"><caption>{}</caption><thead><tr>{}</tr></thead>'
    "<tbody>{}</tbody></table></div>"
)
_SHOWN_MATCHES = 8


def show_exact(dataset: DatasetSummary, tags: tuple[str, ...]) -> None:
    """Show everything exact that is stored of the data set."""
    board = _read_board(database_url(), dataset, tags)
    if not board.columns and not board.passes:
        note("No exact metric has been computed here yet, and no results of functional tests were imported.")
        st.code(
            f"python -m arena exact --dataset {dataset.name!r} --metric exact --metric chrf", language=None
        )
        return
    if board.columns:
        _show_columns(board)
    if board.passes:
        _show_passes(board)
    correlations = _read_correlations(database_url(), dataset, tags)
    if correlations:
        _show_correlations(correlations)
    checks = _read_checks(database_url(), dataset, tags)
    if checks:
        _show_checks(checks, dataset.name)


@st.cache_data(max_entries=32, ttl=60, show_spinner=False)
def _read_board(_url: str, dataset: DatasetSummary, tags: tuple[str, ...]) -> ExactBoard:
    return get_exact_board(database(), dataset.name, tags=tags)


@st.cache_data(max_entries=32, ttl=60, show_spinner="Holding metrics and judges against people")
def _read_correlations(_url: str, dataset: DatasetSummary, tags: tuple[str, ...]) -> list[Correlation]:
    return correlate_with_people(database(), dataset.name, tags=tags)


@st.cache_data(max_entries=32, ttl=60, show_spinner=False)
def _read_checks(_url: str, dataset: DatasetSummary, tags: tuple[str, ...]) -> list[JudgeCheck]:
    return find_contradictions(database(), dataset.name, tags=tags)


def _show_columns(board: ExactBoard) -> None:
    names = sorted({figure.contestant for column in board.columns for figure in column.figures})
    head = Markup("<th>Contestant</th>") + Markup("").join(
        Markup('<th class="eh-num" title="{}">{}<span class="eh-sub">{}</span></th>').format(
            column.interval_method, visible(column.title), _unit(column)
        )
        for column in board.columns
    )
    by_name = [{figure.contestant: figure for figure in column.figures} for column in board.columns]
    body = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            visible(name),
            Markup("").join(
                _cell(figures.get(name), column)
                for figures, column in zip(by_name, board.columns, strict=True)
            ),
        )
        for name in names
    )
    st.html(_TABLE.format("Exact metrics, each with its 95 % interval clustered by prompt", head, body))
    notes([f"{column.title}: {problem}" for column in board.columns for problem in column.problems])


def _unit(column: ExactColumn) -> str:
    unit = {"share": "0 to 1", "percent": "0 to 100", "cosine": "cosine", "perplexity": "perplexity"}
    return f"{unit[column.scale]}{', lower is better' if column.is_lower_better else ''}"


def _cell(figure: MetricFigure | None, column: ExactColumn) -> Markup:
    if figure is None or figure.value is None:
        return Markup('<td class="eh-num eh-quiet">{}</td>').format(NONE)
    is_known = figure.low is not None and figure.high is not None
    digits = 1 if column.scale in ("percent", "perplexity") else 3
    interval = f"{figure.low:.{digits}f} to {figure.high:.{digits}f}" if is_known else "too few prompts"
    return Markup('<td class="eh-num">{}<span class="eh-sub">{}, n {}</span></td>').format(
        f"{figure.value:.{digits}f}", interval, f"{figure.n:,}"
    )


def _show_passes(board: ExactBoard) -> None:
    head = Markup(
        '<th>Contestant</th><th>Tests</th><th class="eh-num">k</th><th class="eh-num">pass@k</th>'
        '<th class="eh-num">95 % interval</th><th class="eh-num">Prompts</th>'
    )
    row = Markup(
        '<tr><th scope="row">{}</th><td>{}</td><td class="eh-num">{}</td><td class="eh-num">{}</td>'
        '<td class="eh-num">{}</td><td class="eh-num">{}</td></tr>'
    )
    body = Markup("").join(
        row.format(
            visible(one.contestant),
            visible(one.source),
            one.k,
            percent(one.value),
            NONE if one.low is None else f"{percent(one.low)} to {percent(one.high)}",
            f"{one.n_prompts:,}" + (f" ({one.n_too_few:,} have fewer samples)" if one.n_too_few else ""),
        )
        for one in board.passes
    )
    st.html(_TABLE.format("Functional tests that ran elsewhere", head, body))


def _show_correlations(correlations: list[Correlation]) -> None:
    head = Markup(
        '<th>Metric or judge</th><th>People gave</th><th class="eh-num">Pearson</th>'
        '<th class="eh-num">Spearman</th><th class="eh-num">Kendall</th><th class="eh-num">Responses</th>'
    )
    row = Markup(
        '<tr><th scope="row">{}</th><td>{}</td><td class="eh-num">{}</td><td class="eh-num">{}</td>'
        '<td class="eh-num">{}</td><td class="eh-num">{}</td></tr>'
    )
    ordered = sorted(correlations, key=lambda one: (one.criterion, -_rank(one)))
    body = Markup("").join(
        row.format(
            visible(one.source),
            visible(one.criterion),
            *(_figure(figure.value, figure.low, figure.high)
              for figure in (one.pearson, one.spearman, one.kendall)),
            f"{one.n_responses:,}",
        )
        for one in ordered
    )  # fmt: skip
    st.html(_TABLE.format("How far each goes with people, response by response", head, body))


def _rank(one: Correlation) -> float:
    return -2.0 if math.isnan(one.spearman.value) else abs(one.spearman.value)


def _figure(value: float, low: float, high: float) -> Markup:
    if math.isnan(value):
        return Markup(NONE)
    interval = "" if math.isnan(low) else f"{low:.2f} to {high:.2f}"
    return Markup('{}<span class="eh-sub">{}</span>').format(f"{value:.3f}", interval)


def _show_checks(checks: list[JudgeCheck], dataset: str) -> None:
    head = Markup(
        '<th>Judge</th><th>Check</th><th class="eh-num">Agrees</th><th class="eh-num">Contradicted</th>'
        "<th>Matches</th>"
    )
    row = Markup(
        '<tr><th scope="row">{}</th><td>{}</td><td class="eh-num">{}</td><td class="eh-num">{}</td>'
        "<td>{}</td></tr>"
    )
    link = Markup('<a href="{}">{}</a>')
    body = Markup("").join(
        row.format(
            visible(check.judge),
            visible(check.metric),
            share(check.n_agreed, check.n_decided),
            share(check.n_contradicted, check.n_decided),
            Markup(" ").join(
                link.format(href(MATCH, with_match(MatchFilter(dataset=dataset), one.match_id)), one.match_id)
                for one in check.contradictions[:_SHOWN_MATCHES]
            ),
        )
        for check in checks
    )
    caption = "Verdicts that a check contradicts, where exactly one of the two responses is right"
    st.html(_TABLE.format(caption, head, body))
